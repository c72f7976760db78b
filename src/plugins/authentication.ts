import { requireScope, type Viewer } from '../domain/viewer.ts';
import type { Authenticate } from './authenticator.ts';
import type { Plugin, RequestFacts } from './request-facts.ts';

/**
 * Finds out who asks before the body is read. A token that is no good is refused even where none is needed, rather than
 * answered as if nobody had sent one. Where reading needs a token nothing of a request without one goes further: neither
 * `node` nor introspection nor an error that would suggest names of fields.
 */
export function useAuthentication(authenticate: Authenticate): Plugin {
  return {
    onRequestParse({ request, serverContext: { facts } }) {
      const viewer = authenticate(request.headers.get('authorization'));
      if (viewer instanceof Promise) return viewer.then((one) => admit(facts, one));
      admit(facts, viewer);
    },
  };
}

function admit(facts: RequestFacts, viewer: Viewer): void {
  requireScope(viewer, 'read');
  facts.viewer = viewer;
}
