import type { Plugin } from './request-facts.ts';

const PATHS: readonly string[] = ['/health', '/ready', '/metrics'];

/** The port for metrics and probes has nothing else. */
export function useProbePort(): Plugin {
  return {
    onRequest({ url, serverContext, fetchAPI, endResponse }) {
      if (serverContext.probing === true && !PATHS.includes(url.pathname)) {
        endResponse(new fetchAPI.Response(null, { status: 404 }));
      }
    },
  };
}
