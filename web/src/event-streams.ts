import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST } from 'graphql';

interface Asking {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** A fetcher that subscribes by an event stream (SSE), and asks for anything else as `others` does. */
export function withEventStreams(others: Fetcher, asking: Asking): Fetcher {
  return (params, options) => {
    const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
    if (operation?.operation !== 'subscription') return others(params, options);
    return subscription(params, { ...asking, headers: { ...asking.headers, ...options?.headers } });
  };
}

/** The results as they come; leaving the loop closes the connection, also while one is waited for. */
function subscription(params: FetcherParams, { url, headers, fetch }: Asking): AsyncIterableIterator<ExecutionResult> {
  const left = new AbortController();
  const results = (async function* () {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(params),
        signal: left.signal,
      });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      if (!isStream || !response.body) yield (await response.json()) as ExecutionResult;
      else yield* resultsOf(response.body);
    } catch (error) {
      if (!left.signal.aborted) throw error;
    }
  })();
  return {
    next: () => results.next(),
    return() {
      left.abort();
      return results.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const NEXT = 'event: next\ndata: ';

async function* resultsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ExecutionResult> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) if (block.startsWith(NEXT)) yield JSON.parse(block.slice(NEXT.length));
  }
}
