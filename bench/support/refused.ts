/** Requests of one kind: what somebody would send who wants to keep a server busy. */
export interface FloodKind {
  readonly name: string;
  /** The `extensions.code` of the answer; its status (`HTTP 200`) where there is none. */
  readonly code: string;
  /** The code once the client has been refused so much that it is not looked at any more. */
  readonly later?: string;
  /** Whole HTTP requests, asked in turn: none is known from a cache. */
  readonly requests: readonly string[];
  /** The connection is of no more use afterwards. */
  readonly spoils?: boolean;
}

/** Enough that caches of documents (500) never hold the next one. */
const VARIANTS = 700;

export const variants = (make: (variant: number) => string) => Array.from({ length: VARIANTS }, (_, i) => make(i));

export function post(body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    host: 'localhost',
    accept: 'application/graphql-response+json',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

export const query = (text: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  post(JSON.stringify({ query: text, variables }), headers);

const nested = (levels: number, inner: string) => {
  const open = Array.from({ length: levels }, (_, i) => (i % 2 === 0 ? 'lumisections { nodes {' : 'run {')).join(' ');
  const close = Array.from({ length: levels }, (_, i) => (i % 2 === 0 ? '} }' : '}')).join(' ');
  return `{ run(number: 1) { ${open} ${inner} ${close} } }`;
};

export const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

/** One kind for each way to be refused. */
export const REFUSED: readonly FloodKind[] = [
  { name: 'too deep', code: 'LIMIT_EXCEEDED', requests: variants((v) => query(nested(30, `a${v}: number`))) },
  {
    name: 'too many aliases',
    code: 'LIMIT_EXCEEDED',
    requests: variants((v) => query(`{ runs { nodes { ${times(300, (i) => `a${v}_${i}: number`)} } } }`)),
  },
  {
    name: 'too many tokens',
    code: 'LIMIT_EXCEEDED',
    later: 'TOO_MANY_REQUESTS',
    requests: variants((v) => query(`{ runs { nodes { n${v}: ${times(12_000, () => 'number')} } } }`)),
  },
  {
    name: 'too long a document',
    code: 'LIMIT_EXCEEDED',
    later: 'TOO_MANY_REQUESTS',
    requests: Array.from({ length: 8 }, (_, v) => query(`{ runs { nodes { n${v}: ${'number '.repeat(100_000)} } } }`)),
  },
  {
    name: 'the same field again and again',
    code: 'LIMIT_EXCEEDED',
    later: 'TOO_MANY_REQUESTS',
    requests: variants((v) => query(`{ runs { nodes { n${v}: ${times(8_000, () => 'number')} } } }`)),
  },
  {
    name: 'too many objects',
    code: 'LIMIT_EXCEEDED',
    requests: variants((v) =>
      query(`{ runs(first: 1000) { nodes { a${v}: lumisections(first: 1000) { nodes { number } } } } }`),
    ),
  },
  {
    name: 'variables too large',
    code: 'LIMIT_EXCEEDED',
    later: 'TOO_MANY_REQUESTS',
    requests: Array.from({ length: 8 }, (_, v) =>
      query(`query Q${v}($w: RunWhere) { runs(where: $w) { totalCount } }`, {
        w: { OR: Array.from({ length: 6_000 }, (_, i) => ({ number: { eq: i } })) },
      }),
    ),
  },
  {
    name: 'no GraphQL',
    code: 'GRAPHQL_PARSE_FAILED',
    requests: variants((v) => query(`{ runs { nodes { a${v}: } } }`)),
  },
  {
    name: 'unknown fields',
    code: 'GRAPHQL_VALIDATION_FAILED',
    requests: variants((v) => query(`{ runs { nodes { ${times(50, (i) => `nombers${v}x${i}`)} } } }`)),
  },
  {
    name: 'values that can never work',
    code: 'BAD_USER_INPUT',
    requests: variants((v) => query(`{ a${v}: runs(first: -1) { nodes { number } } }`)),
  },
  {
    name: 'wrong variables',
    code: 'BAD_USER_INPUT',
    requests: variants((v) =>
      query(`query Q${v}($w: RunWhere) { runs(where: $w) { totalCount } }`, {
        w: { OR: Array.from({ length: 400 }, () => ({ number: { in: ['one', 'two'] } })) },
      }),
    ),
  },
  {
    name: 'names that are not there',
    code: 'NOT_FOUND',
    requests: variants((v) => query(`{ lumisectionMask(expression: "nothing${v}") { runCount } }`)),
  },
  {
    name: 'as much JSON as may come without a token',
    code: 'GRAPHQL_VALIDATION_FAILED',
    later: 'TOO_MANY_REQUESTS',
    requests: Array.from({ length: 8 }, (_, v) =>
      query(`{ nope${v} }`, { a: Array.from({ length: 330_000 }, () => []) }),
    ),
  },
  { name: 'no JSON', code: 'BAD_REQUEST', requests: variants((v) => post(`{"query": "{ a${v} }`)) },
  {
    name: 'a token that is none',
    code: 'UNAUTHENTICATED',
    requests: variants((v) =>
      query('{ runs { totalCount } }', {}, { authorization: `Bearer lg_${'x'.repeat(30)}${v}` }),
    ),
  },
  {
    name: 'a mutation without a token',
    code: 'UNAUTHENTICATED',
    requests: variants((v) => query(`mutation { deleteRun(input: { number: ${v} }) { dryRun } }`)),
  },
  {
    name: 'too long a body, as told',
    code: 'LIMIT_EXCEEDED',
    requests: [post('', { 'content-length': '99000000' })],
    spoils: true,
  },
  {
    name: 'a query by GET from a foreign page',
    code: 'CSRF_HEADER_MISSING',
    requests: variants(
      (v) =>
        `GET /graphql?query=${encodeURIComponent(`{ a${v}: runs { totalCount } }`)} HTTP/1.1\r\nhost: localhost\r\naccept: application/graphql-response+json\r\n\r\n`,
    ),
  },
];
