import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema/index.ts';
import { SESSION } from '../support/session.ts';
import { post, smallApp } from './small-app.ts';

/** Neither the document nor its variables would do, which whoever looks at them says. */
const WRONG = 'mutation ($input: UpsertRunsInput!) { upsertRuns(input: $input) { nothing } }';
const NOT_LOOKED_AT = { input: { runs: Array.from({ length: 6_000 }, () => ({ number: {} })) } };

describe('a mutation without a token', () => {
  const app = smallApp({}, {}, { schema, session: SESSION });
  const ask = async (query: string, headers: Record<string, string> = {}, more: object = {}) => {
    const accept = { accept: 'application/graphql-response+json' };
    const response = await app.fetch(post({ query, variables: NOT_LOOKED_AT, ...more }, { ...accept, ...headers }));
    const { errors } = await response.json();
    return [response.status, errors[0].extensions.code, errors[0].extensions.scope];
  };

  test('is refused before anybody looks at its fields and values', async () => {
    expect(await ask(WRONG)).toEqual([401, 'UNAUTHENTICATED', 'ingest']);
    expect(await ask('mutation { ...F } fragment F on Mutation { nothing }')).toEqual([
      401,
      'UNAUTHENTICATED',
      'ingest',
    ]);
    expect(await ask('mutation { deleteRun }')).toEqual([401, 'UNAUTHENTICATED', 'admin']);
  });

  test('is refused where it is the one that is asked for, and not where a query beside it is', async () => {
    const two = `query Q { nothing } ${WRONG.replace('mutation', 'mutation M')}`;
    expect((await ask(two, {}, { operationName: 'M' }))[1]).toBe('UNAUTHENTICATED');
    expect((await ask(two, {}, { operationName: 'Q' }))[1]).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('is told of its mistakes once it comes with one, though it was refused without', async () => {
    expect((await ask(WRONG, { authorization: `Bearer ${SESSION}` }))[1]).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await ask(WRONG))[1]).toBe('UNAUTHENTICATED');
  });

  test('is told that no token would do where none does', async () => {
    const closed = smallApp({ LUMIGRAPH_MUTATIONS: 'off' }, {}, { schema });
    const { errors } = await (await closed.ask(WRONG)).json();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('that is none of the graph is told so', async () => {
    expect((await ask('mutation { upsertRnus { report { inserted } } }'))[1]).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
