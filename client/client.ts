import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { type GraphQLErrorEntry, RequestError } from './errors.ts';
import { type Connection, nodesOf, type PageVariables, pagesOf } from './pages.ts';
import { delayBefore, isTransientStatus, parseRetryAfter, type RetryOptions, sleep } from './retry.ts';
import { multipartBody, type RequestBody, takeFiles, type UploadProgress } from './upload.ts';

export interface ClientOptions {
  /** Address of the GraphQL endpoint, e.g. http://localhost:4000/graphql. */
  readonly url: string | URL;
  /** A token, or a function asked before every attempt. Only writing needs one, unless the server says otherwise. */
  readonly token?: string | (() => string | Promise<string>);
  /** Instead of the global fetch. */
  readonly fetch?: typeof fetch;
  /** How often and how patiently to try again; a number is `{ retries }`. */
  readonly retries?: number | RetryOptions;
  /**
   * Send the hash of a document instead of its text, which is all that a server takes that executes trusted documents
   * alone. For documents of `graphql(...)`: others have no hash, and are sent as they are.
   */
  readonly trustedDocuments?: boolean;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called for each entry of `extensions.warnings`. */
  readonly onWarning?: (warning: unknown) => void;
}

export interface RequestOptions {
  /** Ends the request, its retries and the waits between them: its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Called as the files among the variables are sent. The body is streamed then: in Node.js, not in most browsers. */
  readonly onUploadProgress?: (progress: UploadProgress) => void;
}

/**
 * A document with its types: what `graphql` of client/gql gives (a string that knows them), a TypedDocumentNode (which
 * needs the package graphql to be printed), or a plain string (then the result is unknown).
 */
export type Document<Result, Variables> = DocumentTypeDecoration<Result, Variables> | string;

/** Variables may be left out where all of them may. */
type VariableArguments<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions];

export interface Client {
  /**
   * The `data` of one operation. Tries again after 429, 5xx, `UNAVAILABLE` and failures of the network, waiting as long
   * as Retry-After says or exponentially: safe for mutations too, for those of this graph are idempotent (but `createToken`).
   * Files among the variables (see Upload) are sent along; a request with a stream among them is not tried again.
   * @throws RequestError, also where only some fields failed (then `data` holds the others).
   */
  request<Result, Variables>(
    document: Document<Result, Variables>,
    ...rest: VariableArguments<Variables>
  ): Promise<Result>;
  /**
   * The pages of one connection, front to back: `pick` takes it out of a result. The document needs a variable
   * `after: String` and has to ask for `pageInfo { hasNextPage endCursor }`. No page where `pick` finds nothing at once.
   * @throws RequestError, also where the pages do not advance or end in the middle.
   */
  pages<Result, Variables extends PageVariables, Page extends Connection>(
    document: Document<Result, Variables>,
    variables: Variables,
    pick: (result: Result) => Page | null | undefined,
    options?: RequestOptions,
  ): AsyncGenerator<Page, void, void>;
  /** The nodes of all pages, one after another. */
  nodes<Result, Variables extends PageVariables, Node>(
    document: Document<Result, Variables>,
    variables: Variables,
    pick: (result: Result) => (Connection & { readonly nodes: readonly Node[] }) | null | undefined,
    options?: RequestOptions,
  ): AsyncGenerator<Node, void, void>;
}

/** A client of one server. It holds no connection: make as many as you like. */
export function createClient(options: ClientOptions): Client {
  const request = async <Result, Variables>(
    document: Document<Result, Variables>,
    variables?: Variables,
    requestOptions: RequestOptions = {},
  ): Promise<Result> => {
    const documentId = options.trustedDocuments ? hashOf(document) : undefined;
    const { variables: sent, files } = takeFiles(variables);
    const operation = JSON.stringify({
      ...(documentId ? { documentId } : { query: await textOf(document) }),
      variables: sent,
    });
    const body =
      files.length === 0 ? jsonBody(operation) : multipartBody(operation, files, requestOptions.onUploadProgress);
    return (await withRetries(options, body, requestOptions.signal)) as Result;
  };
  return {
    request,
    pages: (document, variables, pick, requestOptions) =>
      pagesOf((page) => request(document, page, requestOptions), variables, pick),
    nodes: (document, variables, pick, requestOptions) =>
      nodesOf(pagesOf((page) => request(document, page, requestOptions), variables, pick)),
  };
}

/** `graphql` of client/gql notes it down. */
const hashOf = (document: object | string): string | undefined =>
  (document as { readonly __meta__?: { readonly hash?: string } }).__meta__?.hash;

async function textOf<Result, Variables>(document: Document<Result, Variables>): Promise<string> {
  if (typeof document === 'string' || document instanceof String) return document.toString();
  const { print } = await import('graphql');
  return print(document as never);
}

const jsonBody = (body: string): RequestBody => ({
  repeatable: true,
  make: () => ({ body, headers: { 'content-type': 'application/json' } }),
});

async function withRetries(
  options: ClientOptions,
  body: RequestBody,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const patience = typeof options.retries === 'number' ? { retries: options.retries } : options.retries;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(options, body, attempt, signal);
    if (!('error' in outcome)) return outcome.data;
    const again = outcome.transient && body.repeatable;
    const delay = again ? delayBefore(attempt, outcome.error.retryAfter, patience) : null;
    if (delay === null) throw outcome.error;
    await sleep(delay, signal);
  }
}

type Outcome = { readonly data: unknown } | { readonly error: RequestError; readonly transient: boolean };

async function attemptOnce(
  options: ClientOptions,
  toSend: RequestBody,
  attempts: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const { body, headers: ofBody } = toSend.make();
  const headers: Record<string, string> = {
    ...options.headers,
    ...ofBody,
    accept: 'application/graphql-response+json, application/json;q=0.9',
  };
  const token = typeof options.token === 'function' ? await options.token() : options.token;
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  let response: Response;
  let text: string;
  try {
    const streamed = body instanceof ReadableStream && { duplex: 'half' };
    const init: RequestInit = { method: 'POST', headers, body, signal: signal ?? null, ...streamed };
    response = await (options.fetch ?? fetch)(options.url, init);
    text = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const error = new RequestError(
      `no answer from ${options.url}: ${reasonOf(cause)}`,
      { code: 'NETWORK', attempts },
      { cause },
    );
    return { error, transient: true };
  }
  return outcomeOf(response, text, attempts, options);
}

interface GraphQLResponse {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLErrorEntry[];
  readonly extensions?: { readonly warnings?: readonly unknown[] };
}

function outcomeOf(response: Response, text: string, attempts: number, { onWarning }: ClientOptions): Outcome {
  const { status } = response;
  const retryAfter = parseRetryAfter(response.headers.get('retry-after'));
  const requestId = response.headers.get('x-request-id');
  const facts = {
    ...{ status, attempts },
    ...(retryAfter !== undefined && { retryAfter }),
    ...(requestId !== null && { requestId }),
  };
  const result = parse(text);
  if (result === undefined) {
    const shown = text.trim().slice(0, 200) || 'an empty body';
    const code = response.ok ? 'INVALID_RESPONSE' : 'HTTP';
    const error = new RequestError(`HTTP ${status} without a GraphQL response: ${shown}`, { code, ...facts });
    return { error, transient: isTransientStatus(status) };
  }
  for (const warning of result.extensions?.warnings ?? []) onWarning?.(warning);
  const [first] = result.errors ?? [];
  if (!first) return { data: result.data };
  const code = first.extensions?.code ?? 'INTERNAL';
  const error = new RequestError(describe(first, result.errors?.length ?? 1), {
    code,
    ...facts,
    errors: result.errors ?? [],
    data: result.data,
  });
  return { error, transient: isTransientStatus(status) || code === 'UNAVAILABLE' };
}

/** Undefined for whatever is no GraphQL response. */
function parse(text: string): GraphQLResponse | undefined {
  let value: GraphQLResponse | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const errors = Array.isArray(value.errors) && value.errors.length > 0;
  return errors || (value.errors === undefined && typeof value.data === 'object') ? value : undefined;
}

function describe({ message, path }: GraphQLErrorEntry, count: number): string {
  const place = path && path.length > 0 ? ` (at ${path.join('.')})` : '';
  return `${message}${place}${count > 1 ? `, and ${count - 1} more` : ''}`;
}

/** fetch hides the cause of a failed connection one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
