import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What only made sense for the protocol that was asked for, and hop by hop. */
const LEFT_OUT: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings', 'keep-alive']);

/**
 * Serves a request that asks for a protocol which this server does not speak (`h2c`, as `curl --http2` does) as if it had
 * not asked: RFC 9110, 7.8 lets a server go on in HTTP/1.1. node:http gives such a connection away as soon as anybody listens
 * for sockets; so the request is put back in front of what follows it, without its wish, and the connection given back. It
 * ends with the answer, so that a connection goes this way once.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (!LEFT_OUT.has(name.toLowerCase())) text += `${name}: ${rawHeaders[i + 1]}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}connection: close\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
