import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { withEventStreams } from './event-streams.ts';
import { examples } from './examples.ts';
import { fetchWithToken, takeToken } from './token.ts';

takeToken(location.hash, sessionStorage, () => history.replaceState(null, '', location.pathname + location.search));

// Beside this page, whatever prefix a proxy puts before both.
const url = new URL('graphql', location.href).href;
// The server asks for it where a browser would send a request without asking: it proves that this page did.
const asking = { url, headers: { 'x-graphql-yoga-csrf': '1' }, fetch: fetchWithToken(sessionStorage) };
const fetcher = withEventStreams(createGraphiQLFetcher(asking), asking);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={examples.map((query) => ({ query }))}
      defaultEditorToolsVisibility={false}
      shouldPersistHeaders={false}
    >
      <GraphiQL.Logo>lumigraph</GraphiQL.Logo>
    </GraphiQL>,
  );
}
