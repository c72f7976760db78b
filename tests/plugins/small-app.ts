import { GraphQLError, GraphQLScalarType, responsePathAsArray } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { type Environment, parseConfig } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { CorruptBinsError, InvalidInputError, LimitExceededError, NotFoundError } from '../../src/domain/errors.ts';
import type { JsonBytes } from '../../src/domain/json-bytes.ts';
import { RawJson } from '../../src/domain/raw-json.ts';
import { createLog } from '../../src/log.ts';
import type { Store } from '../../src/store/store.ts';

/** Bins as the graph serves them, made of numbers at hand. */
export class NumbersValue extends RawJson {
  readonly numbers: readonly number[];
  constructor(numbers: readonly number[]) {
    super();
    this.numbers = numbers;
  }
  write(text: JsonBytes): undefined {
    text.raw(`[${this.numbers.map((value) => (Number.isFinite(value) ? `${value}` : 'null')).join(',')}]`);
  }
  plain() {
    return this.numbers.map((value) => (Number.isFinite(value) ? value : null));
  }
}

class DamagedValue extends RawJson {
  write(): never {
    throw new CorruptBinsError('a blob of bins of 1 byte');
  }
  plain(): never {
    throw new CorruptBinsError('a blob of bins of 1 byte');
  }
}

/** A graph that has one field for each thing that a plugin treats. */
const smallSchema = createSchema<Context>({
  typeDefs: /* GraphQL */ `
    scalar Bins
    type Query {
      hello(name: String = "world"): String
      required(number: Int!): Int
      requestId: String
      warn(code: String = "ODD", times: Int = 1): String
      things(first: Int, after: String, last: Int): ThingConnection!
      thing: Thing
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]!
      notFound: String
      unreadable: String
      limited: String!
      broken: String
      brokenAndRequired: String!
      thrownText: String
      graphqlError: String
      unavailableLater: String
      waits: String
    }
    interface Node {
      id: ID!
    }
    type Thing implements Node {
      id: ID!
      name: String!
      broken: String!
      brokenLater: String!
      bins(size: Int = 3, from: Float = 0): Bins
      slowBins: Bins
      damagedBins: Bins
      warn: String
      self: Thing!
      things(first: Int, last: Int): ThingConnection!
    }
    type ThingConnection {
      totalCount: Int!
      edges: [ThingEdge!]!
      nodes: [Thing!]!
    }
    type ThingEdge {
      cursor: String!
      node: Thing!
    }
    type Mutation {
      count: Int!
    }
  `,
  resolvers: {
    Bins: new GraphQLScalarType({ name: 'Bins', serialize: (value) => value }),
    Query: {
      hello: (_, { name }) => `Hello, ${name}`,
      required: (_, { number }) => number,
      requestId: (_, _args, { requestId }) => requestId,
      warn: (_, { code, times }, context, { path }) => {
        for (let i = 0; i < times; i++)
          context.warn({ code, message: `${code} ${i}`, path: responsePathAsArray(path) });
        return 'warned';
      },
      things: (_, { first, last }) => connection(first ?? last ?? 2),
      thing: () => ({ id: 'a' }),
      node: (_, { id }) => ({ id }),
      nodes: async (_, { ids }) => ids.map((id: string) => ({ id })),
      notFound: () => {
        throw new NotFoundError('No dataset "x"', { dataset: 'x' });
      },
      unreadable: () => {
        throw new InvalidInputError('file: broken', { field: 'file' }, { cause: 'TypeError: x of null' });
      },
      limited: async () => {
        throw new LimitExceededError('Too much', { limit: 3 });
      },
      waits: (_, _args, { store }) => (store as Waiting).wait?.(),
      broken: () => {
        throw new Error('secret: the password is 1234', { cause: new Error('the cause') });
      },
      brokenAndRequired: async () => {
        throw new Error('secret too');
      },
      thrownText: () => Promise.reject('secret text'),
      graphqlError: () => {
        throw new GraphQLError('Said by a resolver', { extensions: { code: 'BAD_USER_INPUT', field: 'x' } });
      },
    },
    Node: { __resolveType: () => 'Thing' },
    Thing: {
      name: ({ id }) => `thing ${id}`,
      broken: () => {
        throw new Error('secret of a thing');
      },
      brokenLater: async () => {
        throw new Error('secret of a thing, later');
      },
      bins: (_, { size, from }) => new NumbersValue(Array.from({ length: size }, (_, i) => i + from)),
      warn: (_, _args, context, { path }) => {
        context.warn({ code: 'THING', message: 'Only once', path: responsePathAsArray(path) });
        return 'warned';
      },
      slowBins: async () => new NumbersValue([0.5, Number.NaN, 3]),
      damagedBins: () => new DamagedValue(),
      self: (thing) => thing,
      things: (_, { first, last }) => connection(first ?? last ?? 2),
    },
    Mutation: { count: () => 1 },
  },
});

const connection = (size: number) => {
  const nodes = Array.from({ length: size }, (_, i) => ({ id: `${i}` }));
  return { totalCount: 1000, nodes, edges: nodes.map((node) => ({ cursor: node.id, node })) };
};

/** A store that has an answer when it pleases. */
export interface Waiting extends Partial<Store> {
  wait?(): Promise<string>;
}

export interface SmallApp extends App {
  /** Posts one operation as JSON; answered by the statuses of GraphQL over HTTP. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Response>;
  /** The lines logged so far. */
  logged(): Record<string, unknown>[];
}

/** The whole HTTP surface over the small graph; the environment as one would set it. */
export function smallApp(environment: Environment = {}, store: Waiting = {}, options: AppOptions = {}): SmallApp {
  const config = parseConfig(environment);
  let text = '';
  const log = createLog(config.log, (lines) => {
    text += lines;
  });
  const whole = { forOperation: () => whole, forgetNames() {}, ...store } as Store;
  const app = createApp(whole, config, { log, schema: smallSchema, ...options });
  return {
    ...app,
    ask: (query, variables) => app.fetch(post({ query, variables }, { accept: 'application/graphql-response+json' })),
    logged() {
      log.flush();
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  };
}

export const URL_OF_GRAPH = 'http://localhost:4000/graphql';

export const post = (body: unknown, headers: Record<string, string> = {}) =>
  new Request(URL_OF_GRAPH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
