import type { Config } from '../config.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isLoopback, isSentToLoopback } from './loopback.ts';
import type { Plugin, RequestFacts, ServerContext } from './request-facts.ts';

const PATH = '/metrics';

type Settings = Pick<Config, 'metrics' | 'metricsPort'>;

/** Counts every answer, and serves the counts at `/metrics` to whom the settings let see them. */
export function useMetrics(metrics: Metrics, { metrics: exposure, metricsPort }: Settings): Plugin {
  if (exposure === 'off') return {};
  return {
    onRequest({ request, url, serverContext, fetchAPI, endResponse }) {
      if (url.pathname !== PATH) return;
      if (serverContext.probing !== true) {
        if (metricsPort !== 0) return;
        if (exposure === 'local' && !isLocal(request, serverContext)) {
          const text = 'Metrics are shown to this machine alone: see LUMIGRAPH_METRICS and LUMIGRAPH_METRICS_PORT\n';
          return endResponse(new fetchAPI.Response(text, { status: 403, headers: { 'content-type': TEXT } }));
        }
      }
      return metrics.text().then((text) => {
        endResponse(new fetchAPI.Response(text, { headers: { 'content-type': metrics.contentType } }));
      });
    },
    onResponse({ response: { status }, serverContext: { facts } }) {
      metrics.answered(operationOf(facts), codeOf(facts, status), (performance.now() - facts.startedAt) / 1000);
      for (const limit of facts.limits) metrics.rejected(limit);
    },
  };
}

const TEXT = 'text/plain; charset=utf-8';

/** A proxy on the same machine comes from there as well, but it says for whom it asks, or hands on the name it was asked by. */
function isLocal({ url, headers }: Request, { req }: ServerContext): boolean {
  if (!isSentToLoopback(url) || headers.has('x-forwarded-for') || headers.has('forwarded')) return false;
  return req === undefined || isLoopback(req.socket.remoteAddress ?? '');
}

function operationOf({ operations }: RequestFacts): string {
  if (operations.length === 1) return operations[0] as string;
  return operations.length === 0 ? '(none)' : '(batch)';
}

function codeOf({ errorCodes }: RequestFacts, status: number): string {
  if (errorCodes.size > 0) for (const code of errorCodes) return code;
  return status < 400 ? 'OK' : `HTTP_${status}`;
}
