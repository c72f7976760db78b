import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/plugins/error-codes.ts';
import { smallApp } from './small-app.ts';

describe('an error of the domain', () => {
  test('reaches the client with its code, its details and where it happened', async () => {
    const app = smallApp();
    const response = await app.ask('{ hello notFound }');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      data: { hello: 'Hello, world', notFound: null },
      errors: [
        {
          message: 'No dataset "x"',
          path: ['notFound'],
          locations: [{ line: 1, column: 9 }],
          extensions: { code: 'NOT_FOUND', dataset: 'x' },
        },
      ],
    });
    expect(app.logged()).toMatchObject([{ level: 'warn', event: 'request', errors: ['NOT_FOUND'] }]);
  });

  test('keeps its cause for the log', async () => {
    const app = smallApp();
    expect(await (await app.ask('{ unreadable }')).json()).toMatchObject({
      errors: [{ message: 'file: broken', extensions: { code: 'BAD_USER_INPUT', field: 'file' } }],
    });
    expect(app.logged()).toMatchObject([
      {
        event: 'cause of a refusal',
        requestId: expect.any(String),
        code: 'BAD_USER_INPUT',
        cause: 'TypeError: x of null',
      },
      { event: 'request' },
    ]);
  });

  test('takes the whole answer with it where its field may not be null', async () => {
    const { data, errors } = await (await smallApp().ask('{ hello limited }')).json();
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: 'Too much', extensions: { code: 'LIMIT_EXCEEDED', limit: 3 } }]);
  });
});

test('of more than a hundred errors a hundred are listed, and the others counted', async () => {
  const ask = async (count: number) => {
    const ids = JSON.stringify(Array.from({ length: count }, (_, i) => String(i)));
    return (await smallApp().ask(`{ nodes(ids: ${ids}) { ... on Thing { broken } } }`)).json();
  };
  const { data, errors, extensions } = await ask(107);
  expect(data.nodes).toEqual(Array(107).fill(null));
  expect(errors).toHaveLength(100);
  expect(extensions).toMatchObject({ errorsLeftOut: 7 });
  const whole = await ask(100);
  expect(whole.errors).toHaveLength(100);
  expect(whole.extensions).toBeUndefined();
});

test('a GraphQLError of a resolver passes as it is', async () => {
  const { errors } = await (await smallApp().ask('{ graphqlError }')).json();
  expect(errors).toMatchObject([{ message: 'Said by a resolver', extensions: { code: 'BAD_USER_INPUT', field: 'x' } }]);
});

describe('an unexpected error', () => {
  test.each(['broken', 'brokenAndRequired', 'thrownText', 'thing { broken }', 'thing { brokenLater }'])(
    'of `%s` says nothing to the client but the request id, and everything to the log',
    async (field) => {
      const app = smallApp();
      const response = await app.ask(`{ ${field} }`);
      const text = await response.text();
      expect(text).not.toContain('secret');
      const { errors } = JSON.parse(text);
      const requestId = response.headers.get('x-request-id');
      expect(requestId).toMatch(/^[0-9a-f]{12}-\w+$/);
      expect(errors).toMatchObject([{ message: 'Internal error', extensions: { code: 'INTERNAL', requestId } }]);
      const [unexpected, request] = app.logged();
      expect(unexpected).toMatchObject({ level: 'error', event: 'unexpected error', requestId });
      expect(JSON.stringify(unexpected)).toContain('secret');
      expect(request).toMatchObject({ event: 'request', requestId, errors: ['INTERNAL'] });
    },
  );

  test('is logged with its stack and its cause', async () => {
    const app = smallApp();
    await app.ask('{ broken }');
    const { error } = app.logged()[0] as { error: { message: string; stack: string; cause: { message: string } } };
    expect(error.message).toBe('secret: the password is 1234');
    expect(error.stack).toContain('small-app.ts');
    expect(error.cause.message).toBe('the cause');
  });

  test('in a deferred part is masked as well', async () => {
    const app = smallApp();
    const query = '{ hello ... @defer { thing { brokenLater } } }';
    const response = await app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    expect(text).toContain('Hello, world');
    expect(text).not.toContain('secret');
    expect(text).toContain('"code":"INTERNAL"');
  });
});

describe('a document', () => {
  test('that is not GraphQL is refused with the place', async () => {
    const response = await smallApp().ask('{ hello');
    const { errors } = await response.json();
    expect(errors).toMatchObject([
      { locations: [{ line: 1, column: 8 }], extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ]);
  });

  test('that does not fit the schema is refused with a suggestion', async () => {
    const { errors } = await (await smallApp().ask('{ helo }')).json();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('Did you mean "hello"'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  test('with a variable that does not fit is refused as the input of a user', async () => {
    const response = await smallApp().ask('query ($number: Int!) { required(number: $number) }', { number: 'seven' });
    const { errors } = await response.json();
    expect(errors).toMatchObject([
      { message: expect.stringContaining('Int cannot represent'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('with several operations needs a name that it has', async () => {
    const { errors } = await (await smallApp().ask('query A { hello } query B { hello }')).json();
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }]);
  });
});

test('every code that a client was told is a documented one', async () => {
  const told = new Set<string>();
  const app = smallApp({ LUMIGRAPH_MAX_DEPTH: '2' });
  const documents = ['{', '{ x }', '{ notFound limited broken graphqlError }', '{ thing { self { self { id } } } }'];
  for (const document of [...documents, 'query A { hello } query B { hello }']) {
    const { errors } = await (await app.ask(document)).json();
    for (const { extensions } of errors) told.add(extensions.code);
  }
  expect(told.size).toBeGreaterThanOrEqual(6);
  expect([...told].filter((code) => !(code in ERROR_CODES))).toEqual([]);
});
