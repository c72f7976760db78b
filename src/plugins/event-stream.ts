/** What `text/event-stream` gives of a GraphQL operation: the text of each result, as it arrives. */
export async function* resultsOfEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  // where the search for the end of a block goes on, so that a large result is not searched anew with each chunk
  let searched = 0;
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n', searched); end >= 0; end = text.indexOf('\n\n', searched)) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      searched = 0;
      const result = resultIn(block);
      if (result !== undefined) yield result;
    }
    searched = Math.max(0, text.length - 1);
  }
}

const NEXT = 'event: next\ndata: ';

/** Blocks without a result are signs of life and the end. */
const resultIn = (block: string) => (block.startsWith(NEXT) ? block.slice(NEXT.length) : undefined);
