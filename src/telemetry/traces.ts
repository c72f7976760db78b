import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, TextMapGetter, Context as TraceContext } from '@opentelemetry/api';
import type { StatementObserver } from '../store/observed-database.ts';

/** What is traced of one request. */
export interface RequestTrace {
  readonly traceId: string;
  /** The request has its answer, or never got one (status 0). */
  answered(status: number, errorCodes: Iterable<string>, requestId?: string): void;
}

export interface OperationTrace {
  /** Runs what belongs to the operation: statements sent meanwhile are its children. */
  run<Result>(work: () => Result): Result;
  ended(errors: number): void;
}

/** Spans of OpenTelemetry: a request, the operations in it, their statements. */
export interface Traces {
  /** Runs all that belongs to a request, which may say (`traceparent`) which trace it is part of. */
  request<Result>(facts: { method: string; route: string; headers: Headers }, work: () => Result): Result;
  /** The trace of the request under way. */
  current(): RequestTrace | undefined;
  operation(type: string, name: string | undefined): OperationTrace | undefined;
  readonly observeStatement: StatementObserver;
  /** Sends what is held back. */
  close(): Promise<void>;
}

export interface TracesOptions {
  /** Where a collector takes OTLP over HTTP. */
  readonly endpoint: string;
  readonly version: string;
  /** As OpenTelemetry names it. */
  readonly database: string;
  /** Told what cannot be sent. */
  readonly onFailure: (error: Error) => void;
}

interface Scope {
  readonly context: TraceContext;
  readonly request: RequestTrace;
}

const headerGetter: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

/**
 * Loads OpenTelemetry, which nobody pays for who has no collector, and traces to `endpoint`. Nothing is registered
 * globally. Sampling, batching, headers and attributes of the resource follow the standard `OTEL_` variables.
 */
export async function openTraces({ endpoint, version, database, onFailure }: TracesOptions): Promise<Traces> {
  const [api, core, sdk, resources, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = api;
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new sdk.BasicTracerProvider({
    resource: resources
      .resourceFromAttributes({ 'service.name': 'lumigraph', 'service.version': version })
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(watched(exporter, onFailure))],
  });
  const tracer = provider.getTracer('lumigraph', version);
  const propagator = new core.W3CTraceContextPropagator();
  const scopes = new AsyncLocalStorage<Scope>();

  const requestTrace = (span: Span): RequestTrace => {
    let isOpen = true;
    return {
      traceId: span.spanContext().traceId,
      answered(status, errorCodes, requestId) {
        if (!isOpen) return;
        isOpen = false;
        span.setAttributes({
          'http.response.status_code': status === 0 ? undefined : status,
          'lumigraph.request_id': requestId,
          'lumigraph.error_codes': [...errorCodes],
        });
        if (status === 0 || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };

  return {
    request({ method, route, headers }, work) {
      const caller = propagator.extract(ROOT_CONTEXT, headers, headerGetter) as TraceContext | undefined;
      const span = tracer.startSpan(
        route === '' ? method : `${method} ${route}`,
        { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'http.route': route || undefined } },
        caller ?? ROOT_CONTEXT,
      );
      const request = requestTrace(span);
      return scopes.run({ context: trace.setSpan(ROOT_CONTEXT, span), request }, work);
    },
    current: () => scopes.getStore()?.request,
    operation(type, name) {
      const scope = scopes.getStore();
      if (scope === undefined) return undefined;
      const span = tracer.startSpan(
        name === undefined ? type : `${type} ${name}`,
        { attributes: { 'graphql.operation.type': type, 'graphql.operation.name': name } },
        scope.context,
      );
      const inner: Scope = { context: trace.setSpan(ROOT_CONTEXT, span), request: scope.request };
      return {
        run: (work) => scopes.run(inner, work),
        ended(errors) {
          if (errors > 0) span.setAttribute('lumigraph.errors', errors).setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    observeStatement(_kind, sql) {
      const scope = scopes.getStore();
      if (scope === undefined) return () => {};
      const word = /^\W*(\w+)/.exec(sql)?.[1] ?? 'SQL';
      // values are bound, never part of a statement
      const attributes = { 'db.system.name': database, 'db.operation.name': word, 'db.query.text': sql };
      const span = tracer.startSpan(word, { kind: SpanKind.CLIENT, attributes }, scope.context);
      return (error) => {
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      };
    },
    close: () => provider.shutdown(),
  };
}

type Exporter = import('@opentelemetry/sdk-trace-base').SpanExporter;

/** OpenTelemetry tells of failures through a logger of the whole process, which is silent unless somebody sets one. */
function watched(exporter: Exporter, onFailure: (error: Error) => void): Exporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) onFailure(result.error);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
