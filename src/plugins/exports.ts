import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Config } from '../config.ts';
import { Cancellation } from '../domain/cancellation.ts';
import { InvalidInputError, LumigraphError } from '../domain/errors.ts';
import { requireScope } from '../domain/viewer.ts';
import { exportMask } from '../export/export-mask.ts';
import { EXPORT_VERSION } from '../export/export-request.ts';
import type { Export, ExportOptions } from '../export/export-stream.ts';
import { exportedTask, openTaskExport, TASK_FORMATS, truthShown } from '../export/task-export.ts';
import type { Log } from '../log.ts';
import { refuseUnknown } from '../schema/export-parameters.ts';
import { EXPORTS } from '../schema/exports.ts';
import { EXPORTED_PARTS, taskExportRequest } from '../schema/task-export-parameters.ts';
import type { Store } from '../store/store.ts';
import type { Authenticate } from './authenticator.ts';
import { clientOf } from './client.ts';
import { ClientPlaces } from './client-places.ts';
import { isNamedBy } from './entity-tags.ts';
import { idsOf, type Plugin, type RequestFacts, type ServerContext } from './request-facts.ts';
import { clientHasLeft, timeLimit } from './timeout.ts';

const ROWS = /^\/export\/(histograms|trends)\.([a-z]+)$/;
const TASK = /^\/export\/tasks\/([^/]+)\/([a-z]+)\.([a-z]+)$/;
const MASK = /^\/export\/masks\/([^/]+)\.json$/;
/** Seconds. */
const RETRY_AFTER = 5;

type Settings = Pick<
  Config,
  'maxExports' | 'maxClientExports' | 'exportTimeoutMs' | 'timeoutMs' | 'clientAddressHeader'
>;

/**
 * `GET /export/histograms.FORMAT`, `/export/trends.FORMAT`, `/export/tasks/TASK/PART.FORMAT`: rows as a file, streamed as it is read; `GET /export/masks/MASK.json`. Who may read the graph may read this; so many
 * are made at the same time, of one client and of all, as the settings say, and each is cut, with a cursor to go on from, when its time is over.
 */
export function useExports(
  store: Store,
  authenticate: Authenticate,
  { maxExports, maxClientExports, exportTimeoutMs, timeoutMs, clientAddressHeader }: Settings,
  log: Log,
  stopping: AbortSignal,
): Plugin {
  const places = new ClientPlaces({
    what: 'exports',
    ofOne: {
      setting: 'LUMIGRAPH_MAX_CLIENT_EXPORTS',
      limit: maxClientExports,
      remedy: 'Take one to its end before asking for more.',
    },
    ofAll: { setting: 'LUMIGRAPH_MAX_EXPORTS', limit: maxExports, remedy: 'The same request may work in a moment.' },
    retryAfter: RETRY_AFTER,
  });
  const limitTime = timeLimit(timeoutMs);

  async function admit(request: Request, facts: RequestFacts): Promise<void> {
    facts.viewer = await authenticate(request.headers.get('authorization'));
    requireScope(facts.viewer, 'read');
  }

  async function answerMask(url: URL, encoded: string, request: Request, context: ServerContext): Promise<Response> {
    const { facts, res } = context;
    await admit(request, facts);
    refuseUnknown(parametersOf(url.searchParams), {});
    const giveBack = places.take(clientOf(facts.viewer, request.headers, context, clientAddressHeader));
    const cancellation = new Cancellation();
    const leave = () => cancellation.cancel(clientHasLeft());
    res?.once('close', leave);
    // a mask is a whole, as the answer to a query is: it is not cut but ends, and as soon as one
    const forgetTime = limitTime(cancellation);
    try {
      const { json, provenance } = await exportMask(
        store.forOperation(cancellation, { viewer: facts.viewer }),
        decoded('mask', encoded),
      );
      const headers = {
        'content-type': 'application/json',
        // named by its bytes, and asked for again each time: a newer version of a source changes it
        'cache-control': 'private, no-cache',
        vary: 'authorization',
        'x-lumigraph-provenance': asciiOf(provenance),
      };
      const body = request.method === 'HEAD' ? null : json;
      return new Response(body, { headers: { ...headers, 'content-length': String(Buffer.byteLength(json)) } });
    } finally {
      forgetTime();
      res?.off('close', leave);
      giveBack();
    }
  }

  async function answer(url: URL, asked: Asked, request: Request, context: ServerContext): Promise<Response> {
    const { facts, res } = context;
    await admit(request, facts);
    const given = parametersOf(url.searchParams);
    const giveBack = places.take(clientOf(facts.viewer, request.headers, context, clientAddressHeader));
    const cancellation = new Cancellation();
    const over = () => {
      giveBack();
      cancellation.cancel(clientHasLeft());
    };
    res?.once('close', over);
    try {
      const endAt = performance.now() + exportTimeoutMs;
      const view = store.forOperation(cancellation, { viewer: facts.viewer, inBulk: true });
      const opened = await open(asked, view, given, request.headers, {
        cut: () => (stopping.aborted ? 'STOPPING' : performance.now() > endAt ? 'TIME' : null),
      });
      if (opened.export === null) {
        over();
        return new Response(null, { status: 304, headers: opened.headers });
      }
      const { provenance, bytes } = opened.export;
      const headers = { ...opened.headers, 'x-lumigraph-provenance': asciiOf(provenance) };
      if (request.method === 'HEAD') {
        await bytes.return();
        over();
        return new Response(null, { headers });
      }
      const body = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            try {
              const { done, value } = await bytes.next();
              if (!done) return controller.enqueue(value);
              over();
              controller.close();
            } catch (error) {
              if (cancellation.reason === undefined) log.line('error', 'export broke off', { ...idsOf(facts), error });
              over();
              // a client that sees no end knows that the file broke off
              if (res) res.destroy();
              else controller.error(error);
            }
          },
          async cancel() {
            over();
            await bytes.return();
          },
        },
        // nothing is asked for before the client has taken what came before: memory does not depend on its pace
        { highWaterMark: 0 },
      );
      return new Response(body, { headers });
    } catch (error) {
      over();
      throw error;
    }
  }

  return {
    onRequest({ request, url, serverContext, endResponse }) {
      if (!url.pathname.startsWith('/export/')) return;
      const { facts } = serverContext;
      const mask = MASK.exec(url.pathname)?.[1];
      const rows = askedOf(url.pathname);
      if (mask === undefined && rows === undefined) {
        const known = Object.entries(EXPORTS).flatMap(([kind, { formats }]) =>
          Object.keys(formats).map((format) => `/export/${kind}.${format}`),
        );
        const ofTasks = Object.keys(TASK_FORMATS).map(
          (format) => `/export/tasks/TASK/{train,validation,test}.${format}`,
        );
        const message = `There is no such export: there are ${[...known, ...ofTasks].join(', ')} and /export/masks/MASK.json`;
        return endResponse(told(404, 'NOT_FOUND', message));
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        const refusal = told(405, 'BAD_REQUEST', 'Exports are got by GET');
        refusal.headers.set('allow', 'GET, HEAD');
        return endResponse(refusal);
      }
      facts.operations.push(
        rows === undefined ? 'export mask' : `export ${'kind' in rows ? rows.kind : 'task'} ${rows.format}`,
      );
      const answered =
        rows === undefined
          ? answerMask(url, mask as string, request, serverContext)
          : answer(url, rows, request, serverContext);
      return answered.then(endResponse, (error: unknown) => {
        facts.refused = true;
        endResponse(refusalOf(error, facts, log));
      });
    },
  };
}

type Asked =
  | { readonly kind: keyof typeof EXPORTS; readonly format: string }
  | { readonly task: string; readonly part: string; readonly format: keyof typeof TASK_FORMATS };

function askedOf(path: string): Asked | undefined {
  const [, task, part = '', ofTask = ''] = TASK.exec(path) ?? [];
  if (task !== undefined) {
    const isThere = Object.hasOwn(TASK_FORMATS, ofTask) && Object.hasOwn(EXPORTED_PARTS, part);
    return isThere ? { task, part, format: ofTask as keyof typeof TASK_FORMATS } : undefined;
  }
  const [, kind, format = ''] = ROWS.exec(path) ?? [];
  if (kind !== 'histograms' && kind !== 'trends') return undefined;
  return Object.hasOwn(EXPORTS[kind].formats, format) ? { kind, format } : undefined;
}

interface Opened {
  /** Null where the client has it already. */
  readonly export: Export | null;
  readonly headers: Readonly<Record<string, string>>;
}

async function open(
  asked: Asked,
  store: Store,
  given: Readonly<Record<string, string>>,
  headers: Headers,
  options: ExportOptions,
): Promise<Opened> {
  if ('kind' in asked) {
    const { kind, format } = asked;
    const opened = await EXPORTS[kind].open(store, format, given, options);
    return { export: opened, headers: attached(EXPORTS[kind].formats[format] as string, `${kind}.${format}`) };
  }
  const { part, format } = asked;
  const task = await exportedTask(store, decoded('task', asked.task));
  const request = taskExportRequest(part, given);
  // a frozen task stays what it is; the file itself says when it was made
  const { isTruthShown } = await truthShown(store, task, request.part);
  const content = [EXPORT_VERSION, task.hash, part, format, isTruthShown, Object.entries(given).sort()];
  const named = {
    // kept by whoever saw that it is whole: a cache does not know whether it was cut
    'cache-control': 'private, no-store',
    vary: 'authorization',
    etag: `W/"${createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)}"`,
  };
  if (isNamedBy(headers.get('if-none-match'), named.etag)) return { export: null, headers: named };
  const opened = await openTaskExport(store, task, format, request, options);
  return { export: opened, headers: { ...named, ...attached(TASK_FORMATS[format], `${task.name}-${part}.${format}`) } };
}

const attached = (type: string, name: string) => ({
  'content-type': type,
  'content-disposition': `attachment; filename="${name}"`,
});

function decoded(field: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidInputError(`${field}: the path is not percent-encoded UTF-8`, { field });
  }
}

function parametersOf(parameters: URLSearchParams): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(given, name)) {
      throw new InvalidInputError(`${name}: given twice; conditions with several values go into \`where\``, {
        field: name,
      });
    }
    given[name] = value;
  }
  return given;
}

/** Headers are ASCII. */
const asciiOf = (json: string) =>
  json.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UNAVAILABLE: 503,
  CORRUPT_BINS: 500,
};

function refusalOf(error: unknown, facts: RequestFacts, log: Log): Response {
  if (error instanceof GraphQLError) return passed(error, facts);
  if (!(error instanceof LumigraphError)) {
    facts.errorCodes.add('INTERNAL');
    log.line('error', 'unexpected error', { ...idsOf(facts), error });
    return told(500, 'INTERNAL', 'Internal error', { requestId: facts.id });
  }
  facts.errorCodes.add(error.code);
  const response = told(STATUS[error.code] ?? 400, error.code, error.message, error.details);
  if (error.code === 'UNAUTHENTICATED') response.headers.set('www-authenticate', 'Bearer realm="lumigraph"');
  if (error.code === 'UNAVAILABLE') response.headers.set('retry-after', String(RETRY_AFTER));
  return response;
}

/** A limit on what runs at the same time. */
function passed({ message, extensions: { http, code, ...details } }: GraphQLError, facts: RequestFacts): Response {
  facts.errorCodes.add(String(code));
  facts.limits.push(String(details.setting));
  const response = told(http?.status ?? 400, String(code), message, details);
  for (const [name, value] of Object.entries(http?.headers ?? {})) response.headers.set(name, value);
  return response;
}

/** Errors as the graph tells them. */
const told = (status: number, code: string, message: string, details: object = {}) =>
  Response.json({ errors: [{ message, extensions: { ...details, code } }] }, { status });
