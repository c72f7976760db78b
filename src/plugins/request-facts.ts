import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin as YogaPlugin } from 'graphql-yoga';
import { NOBODY, type Viewer } from '../domain/viewer.ts';

/** A moment by two clocks, in milliseconds. */
export interface Moment {
  /** performance.now() */
  readonly clock: number;
  /** Processor time of this process: stands still while others have the processor. Not looked at where it is undefined. */
  readonly processor: number | undefined;
}

export function thisMoment(): Moment & { readonly processor: number } {
  const { user, system } = process.cpuUsage();
  return { clock: performance.now(), processor: (user + system) / 1000 };
}

/** What the plugins learn about one HTTP request on its way, for the log and for each other. */
export interface RequestFacts {
  readonly id: string;
  /** performance.now() when the request came in. */
  readonly startedAt: number;
  /** Type and name of each operation, as far as they were recognised. */
  readonly operations: string[];
  /** Codes of the errors that the client was told. */
  readonly errorCodes: Set<string>;
  /** Who asks, as soon as that is known. */
  viewer: Viewer;
  /** Settings whose limits the request passed. */
  readonly limits: string[];
  /** Since when it is worked on: since all of it was there, as far as that was noticed. */
  workedOnSince: Moment;
  /** It was told of errors, and given nothing else. */
  refused: boolean;
  /** Of the trace that the request belongs to, where it is traced. */
  traceId: string | undefined;
  /** Throws where a body of so many bytes is not to be looked at now. */
  beforeBody: ((bytes: number) => void) | undefined;
  /** Gives back the place that the request takes among those that are answered. */
  end: (() => void) | undefined;
}

/** What travels with a request outside GraphQL; `req` and `res` where it came through a port. */
export interface ServerContext {
  facts: RequestFacts;
  req?: IncomingMessage;
  /** Of an operation that came over a WebSocket: the request that opened it. */
  opening?: IncomingMessage;
  res?: ServerResponse;
  /** It came through the port for metrics and probes. */
  probing?: boolean;
}

export type Plugin = YogaPlugin<object, ServerContext>;

/** Yoga makes the context of an operation out of the server context, but its types do not say so. */
export const serverContextOf = (context: object): ServerContext => context as ServerContext;
export const factsOf = (context: object): RequestFacts => serverContextOf(context).facts;

/** An id given by a proxy in front is kept, so that both logs can be joined; anything odd is replaced. */
const GIVEN_ID = /^[\w.:-]{1,64}$/;

// Ids only have to differ: a random beginning for the process and a counter cost less than 16 random bytes each.
const process8 = randomBytes(6).toString('hex');
let counter = 0;

export function newRequestFacts(request: Request): RequestFacts {
  const given = request.headers.get('x-request-id');
  const id = given !== null && GIVEN_ID.test(given) ? given : `${process8}-${(++counter).toString(36)}`;
  // asking for processor time is a call of the system: of what has a body it is asked for when that is there
  const now = request.method === 'POST' ? { clock: performance.now(), processor: undefined } : thisMoment();
  return {
    id,
    startedAt: now.clock,
    workedOnSince: now,
    refused: false,
    operations: [],
    errorCodes: new Set(),
    viewer: NOBODY,
    limits: [],
    traceId: undefined,
    beforeBody: undefined,
    end: undefined,
  };
}

/** What every line of the log about a request begins with. */
export const idsOf = ({ id, traceId }: RequestFacts) =>
  traceId === undefined ? { requestId: id } : { requestId: id, traceId };
