import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const names = readdirSync(join(root, 'web/examples')).sort();
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));

test('the first example welcomes, and is short', () => {
  const text = readFileSync(join(root, 'web/examples', names[0] as string), 'utf8');
  expect(text).toMatch(/^# Welcome to lumigraph/);
  expect(text.split('\n').length).toBeLessThan(30);
});

describe.each(names)('the example %s', (name) => {
  const text = readFileSync(join(root, 'web/examples', name), 'utf8');

  test('fits the schema', () => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });

  test('is one operation, a query unless it fills, with the name that its tab shows', () => {
    const [operation, ...others] = parse(text).definitions;
    expect(others).toEqual([]);
    expect(operation).toMatchObject({
      kind: Kind.OPERATION_DEFINITION,
      operation: /fill/.test(name) ? 'mutation' : 'query',
    });
    expect(operation && 'name' in operation && operation.name?.value).toMatch(/^[A-Z]\w+$/);
  });

  test('says what it is for, in lines that the editor shows whole but for long names', () => {
    expect(text).toMatch(/^# [A-Z]/);
    expect(text.split('\n').filter((line) => line.length > 64 && !/"[^"]{40,}"/.test(line))).toEqual([]);
  });
});
