import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Config } from './config.ts';
import { createIntake, type Intake } from './jobs/intake.ts';
import { createLog, type Log } from './log.ts';
import { useAllowedHosts } from './plugins/allowed-hosts.ts';
import { useAnonymousMutations } from './plugins/anonymous-mutations.ts';
import { createJwtVerifier } from './plugins/auth-jwt.ts';
import { useAuthentication } from './plugins/authentication.ts';
import { createAuthenticator } from './plugins/authenticator.ts';
import { useBinsSplicing } from './plugins/bins-splicing.ts';
import { useCompression } from './plugins/compression.ts';
import { useConcurrency } from './plugins/concurrency.ts';
import { useContext } from './plugins/context.ts';
import { useCors } from './plugins/cors.ts';
import { useCost } from './plugins/cost.ts';
import { useCsrfPrevention } from './plugins/csrf-prevention.ts';
import { DocumentCache } from './plugins/document-cache.ts';
import { useEndingStreams } from './plugins/ending-streams.ts';
import { useEntityTags } from './plugins/entity-tags.ts';
import { useErrorMasking } from './plugins/error-masking.ts';
import { useExports } from './plugins/exports.ts';
import { useGraphiqlPage } from './plugins/graphiql-page.ts';
import { useHealth } from './plugins/health.ts';
import { useIntrospectionSwitch } from './plugins/introspection.ts';
import { useCoercedVariables } from './plugins/jit/use-coerced-variables.ts';
import { useJit } from './plugins/jit/use-jit.ts';
import { useOperationLimits } from './plugins/limits/use-operation-limits.ts';
import { useMetrics } from './plugins/metrics.ts';
import { useMultipart } from './plugins/multipart.ts';
import { usePacedRefusals } from './plugins/paced-refusals.ts';
import { useProbePort } from './plugins/probe-port.ts';
import { useRequestBody } from './plugins/request-body.ts';
import type { ServerContext } from './plugins/request-facts.ts';
import { useRequestLog } from './plugins/request-log.ts';
import { useSecurityHeaders } from './plugins/security-headers.ts';
import { useSubscriptions } from './plugins/subscriptions.ts';
import { useTimeout } from './plugins/timeout.ts';
import { useOperationTraces, useRequestTraces } from './plugins/traces.ts';
import { useTrustedDocuments } from './plugins/trusted-documents.ts';
import { useWarnings } from './plugins/warnings.ts';
import { WebSockets } from './plugins/web-sockets.ts';
import { schema } from './schema/index.ts';
import type { Store } from './store/store.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import type { Traces } from './telemetry/traces.ts';
import { WorkerPool } from './workers/worker-pool.ts';

export interface App {
  /** Answers one request without a port; what tests call. */
  fetch(request: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** The same for node:http. */
  handle(request: IncomingMessage, response: ServerResponse): unknown;
  /** For requests that ask for a WebSocket (the event `upgrade` of a server of node:http). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye to the WebSockets that are open; new ones are closed at once. */
  closeSockets(): Promise<void>;
  /** The same for the port that serves metrics and probes alone. */
  handleProbe(request: IncomingMessage, response: ServerResponse): unknown;
}

export interface AppOptions {
  readonly log?: Log;
  /** The graph to serve; tests bring small ones. */
  readonly schema?: GraphQLSchema;
  /** A token that is good as long as this app runs, for everything. */
  readonly session?: string | null | undefined;
  /** Where the built page lies; null where it could not be built. */
  readonly pageFolder?: string | null;
  /** Where files go that clients bring; made here where nobody works on them. */
  readonly intake?: Intake | undefined;
  /** Threads for what takes long to compute; made here where nobody else has a use for them. */
  readonly workers?: WorkerPool | undefined;
  /** Counts of the server; made here where there are none yet. */
  readonly metrics?: Metrics;
  readonly traces?: Traces | null;
  /** Aborted when the server is to stop. */
  readonly stopping?: AbortSignal;
}

const PROBING: Partial<ServerContext> = { probing: true };

/** A host is part of the URL that Yoga makes of a request; where that is none it answers with its stack. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i;

function hasValidHost({ headers: { host } }: IncomingMessage): boolean {
  return host === undefined || (HOST.test(host) && URL.canParse(`http://${host}`));
}

function refuseSocket(socket: Duplex): void {
  socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
}

function refuseHost(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end('The Host header is not valid\n');
}

/** The whole HTTP surface over one store: Yoga, and its plugins in the order in which a request meets them. */
export function createApp(store: Store, config: Config, options: AppOptions = {}): App {
  const log = options.log ?? createLog(config.log);
  const authenticate = createAuthenticator(store, config, {
    session: options.session,
    verifyJwt: createJwtVerifier(config, log),
  });
  const metrics = options.metrics ?? createMetrics();
  const stopping = options.stopping ?? new AbortController().signal;
  const { traces = null } = options;
  const intake = options.intake ?? createIntake(config);
  const workers = options.workers ?? new WorkerPool(config);
  const yoga = createYoga<ServerContext>({
    schema: options.schema ?? schema,
    plugins: [
      useEntityTags(),
      useCompression(config),
      useRequestLog(log),
      ...(traces ? [useRequestTraces(traces)] : []),
      useCors(config),
      useSecurityHeaders(),
      ...(config.metricsPort !== 0 ? [useProbePort()] : []),
      useHealth(store, log, stopping),
      useAllowedHosts(config),
      useMetrics(metrics, config),
      useExports(store, authenticate, config, log, stopping),
      ...(config.web ? [useGraphiqlPage(options.pageFolder ?? null)] : []),
      useCsrfPrevention(),
      useAuthentication(authenticate),
      useConcurrency(config),
      useMultipart(intake.uploads, config),
      useRequestBody(config),
      useTrustedDocuments(config),
      useAnonymousMutations(options.schema ?? schema, config),
      useIntrospectionSwitch(config),
      useOperationLimits(config),
      useDeferStream(),
      useContext(store, config, intake, workers),
      useSubscriptions(authenticate, config),
      useTimeout(config),
      useCost(config),
      useCoercedVariables(),
      ...(config.jit ? [useJit()] : []),
      useEndingStreams(stopping, metrics),
      ...(traces ? [useOperationTraces(traces)] : []),
      useWarnings(),
      useErrorMasking(log),
      useBinsSplicing(log, config),
      usePacedRefusals(config, stopping, () => metrics.rejected('LUMIGRAPH_REFUSED_PERCENT')),
    ],
    parserAndValidationCache: {
      documentCache: new DocumentCache(),
      errorCache: new DocumentCache(),
    },
    // what the plugins above do instead
    maskedErrors: false,
    maxRequestBodySize: false,
    batching: { limit: config.maxBatch },
    graphiql: false,
    landingPage: false,
    logging: false,
    cors: false,
    // no URL ends with a blank; all that end with what stands here would be answered before any plugin sees them
    healthCheckEndpoint: ' ',
  });
  const sockets = new WebSockets(
    async (request, context) => yoga.fetch(request, context as ServerContext),
    authenticate,
    config,
    log,
  );
  return {
    fetch: async (request, init) => yoga.fetch(request instanceof Request ? request : new Request(request, init)),
    handle: (request, response) => (hasValidHost(request) ? yoga(request, response) : refuseHost(response)),
    upgrade: (request, socket, head) =>
      hasValidHost(request) ? sockets.upgrade(request, socket, head) : refuseSocket(socket),
    closeSockets: () => sockets.close(),
    handleProbe: (request, response) =>
      hasValidHost(request) ? yoga(request, response, PROBING as ServerContext) : refuseHost(response),
  };
}
