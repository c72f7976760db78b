import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** By their names threads and processes tell each other what was thrown. */
test('errors are called the same when they are compiled', () => {
  const programs = inject('programs');
  const compiled = readdirSync(programs)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(programs, name), 'utf8'))
    .join('\n');
  const sources = ['src', 'ingest'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, top, name), 'utf8')),
  );
  const errors = sources.flatMap((text) =>
    [...text.matchAll(/class (\w+) extends \w*Error\b/g)].map(([, name = '']) => name),
  );
  expect(errors).toContain('CorruptBinsError');
  expect(
    errors.filter((name) => !new RegExp(`class ${name} extends|var ${name} = class extends`).test(compiled)),
  ).toEqual([]);
});
