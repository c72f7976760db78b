import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { smallApp } from './small-app.ts';

describe('where introspection is off', () => {
  const closed = smallApp({ LUMIGRAPH_INTROSPECTION: 'off' });
  const open = smallApp();
  const messages = async (app: typeof open, query: string, variables?: Record<string, unknown>) => {
    const { errors } = await (await app.ask(query, variables)).json();
    return (errors as { message: string }[]).map(({ message }) => message).join(' ');
  };

  test('the schema is not told, but names of types are', async () => {
    const response = await closed.ask(getIntrospectionQuery());
    expect(response.status).toBe(400);
    const { data, errors } = await response.json();
    expect(data).toBeUndefined();
    expect(errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await messages(closed, '{ a: __type(name: "Thing") { name } }')).toContain('introspection');
    expect(await (await closed.ask('{ __typename thing { __typename } }')).json()).toEqual({
      data: { __typename: 'Query', thing: { __typename: 'Thing' } },
    });
  });

  test('documents have their limits all the same', async () => {
    const limited = smallApp({ LUMIGRAPH_INTROSPECTION: 'off', LUMIGRAPH_MAX_DEPTH: '2' });
    const { errors } = await (await limited.ask('{ thing { self { id } } }')).json();
    expect(errors).toMatchObject([{ extensions: { setting: 'LUMIGRAPH_MAX_DEPTH' } }]);
  });

  test.each([
    ['a field', '{ helo }'],
    ['an argument', '{ hello(nane: "x") }'],
    ['a type', 'query ($x: Strin) { hello(name: $x) }'],
    ['a fragment', '{ ...A } fragment A on Thng { id }'],
  ])('an error about %s suggests nothing', async (_, query) => {
    expect(await messages(open, query)).toContain('Did you mean');
    expect(await messages(closed, query)).not.toContain('Did you mean');
  });
});
