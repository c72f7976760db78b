import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly query: string; readonly variables?: Record<string, unknown> };
}
export type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** A server that gives one prepared answer after another (the last one for ever) and remembers what it was asked. */
export async function startScripted(...answers: Answer[]) {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const seen = { headers: request.headers, body: JSON.parse(text) };
      const answer = answers[Math.min(requests.length, answers.length - 1)] as Answer;
      requests.push(seen);
      answer(response, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/graphql-response+json', ...headers });
    response.end(JSON.stringify(body));
  };
export const text =
  (body: string, status: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(body);
  };
/** Breaks the connection, before or within the body. */
export const cut =
  (begin = ''): Answer =>
  (response) => {
    if (begin) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(begin, () => response.destroy());
    } else response.destroy();
  };
export const silence: Answer = () => {};
