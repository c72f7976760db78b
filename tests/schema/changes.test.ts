import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newestPart, schemaChanges } from '../../docs/schema-changes.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

const BEFORE = `
  type Query { run(number: Int!, source: String @deprecated(reason: "unused")): Run old: Int @deprecated(reason: "gone") }
  type Run { number: Int! fill: Int }
  enum Flag { GOOD BAD }
`;
const changed = (after: string, changelog = '') => schemaChanges(BEFORE, after, changelog);

describe('since the baseline', () => {
  it('no change of the schema breaks a client that was not warned, and CHANGELOG.md tells of all that matter', async () => {
    const { breaking, unlisted } = await schemaChanges(
      read('docs/baseline/schema.graphql'),
      read('schema.graphql'),
      newestPart(read('CHANGELOG.md')),
    );
    expect({ breaking, unlisted }).toEqual({ breaking: [], unlisted: [] });
  });
});

describe('a change of a schema', () => {
  it.each([
    ['a field that goes', BEFORE.replace('fill: Int', '')],
    ['a type that becomes another', BEFORE.replace('fill: Int', 'fill: String')],
    ['a result that may be null', BEFORE.replace('number: Int! fill', 'number: Int fill')],
    ['an argument that is needed', BEFORE.replace('number: Int!,', 'number: Int!, dataset: ID!,')],
    ['an enum value that goes', BEFORE.replace('GOOD BAD', 'GOOD')],
  ])('breaks clients: %s', async (_, after) => {
    expect((await changed(after)).breaking).not.toEqual([]);
  });

  it('breaks nobody where what goes was deprecated', async () => {
    const after = 'type Query { run(number: Int!): Run } type Run { number: Int! fill: Int } enum Flag { GOOD BAD }';
    const { breaking, unlisted } = await changed(after, 'Gone: `old`.');
    expect(breaking).toEqual([]);
    expect(unlisted).toEqual(['run.source']);
  });

  it('is told in CHANGELOG.md where it adds a root field or deprecates something', async () => {
    const after = BEFORE.replace('old:', 'runs: [Run!]! old:').replace(
      'fill: Int',
      'fill: Int @deprecated lhcFill: Int',
    );
    expect((await changed(after)).unlisted).toEqual(['runs', 'Run.fill']);
    expect((await changed(after, '`runs` lists them; `Run.fill` is deprecated')).unlisted).toEqual([]);
  });
});
