import { RequestError } from './errors.ts';

/** What a document has to ask of a connection to be read page by page. */
export interface Connection {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

export interface PageVariables {
  after?: string | null | undefined;
}

export async function* pagesOf<Result, Variables extends PageVariables, Page extends Connection>(
  request: (variables: Variables) => Promise<Result>,
  variables: Variables,
  pick: (result: Result) => Page | null | undefined,
): AsyncGenerator<Page, void, void> {
  let after = variables.after;
  for (let number = 1; ; number++) {
    const page = pick(await request({ ...variables, after }));
    if (page === null || page === undefined) {
      if (number === 1) return;
      throw new RequestError(`page ${number} is not there: what holds the list vanished`, { code: 'INVALID_RESPONSE' });
    }
    yield page;
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage) return;
    if (endCursor === null || endCursor === undefined || endCursor === after) {
      throw new RequestError(`page ${number} has a next one but no cursor to it: ask for pageInfo { endCursor }`, {
        code: 'INVALID_RESPONSE',
      });
    }
    after = endCursor;
  }
}

export async function* nodesOf<Node>(
  pages: AsyncIterable<{ readonly nodes: readonly Node[] }>,
): AsyncGenerator<Node, void, void> {
  for await (const page of pages) yield* page.nodes;
}
