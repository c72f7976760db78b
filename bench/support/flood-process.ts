/** Sends requests as fast as they are answered, until it is told to stop. */
import { connect, type Socket } from 'node:net';
import type { FloodResult } from '../flood.ts';
import { admitted } from './admitted.ts';
import { type FloodKind, REFUSED } from './refused.ts';

interface Job {
  readonly port: number;
  readonly kinds: readonly string[];
  /** A token for those that are admitted. */
  readonly secret: string;
  readonly connections: number;
}

let stop: (() => FloodResult) | undefined;

process.on('message', (message: Job | 'stop') => {
  if (message !== 'stop') stop = flood(message);
  else process.send?.(stop?.());
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

function flood({ port, kinds, secret, connections }: Job): () => FloodResult {
  const chosen = [...REFUSED, ...admitted(secret)].filter(({ name }) => kinds.includes(name));
  const answers: Record<string, number> = {};
  const sockets = new Set<Socket>();
  const began = performance.now();
  let next = 0;
  let going = true;

  const open = () => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    sockets.add(socket);
    let held = '';
    let expected: FloodKind | undefined;
    const ask = () => {
      if (!going) return;
      const kind = chosen[next % chosen.length];
      const request = kind?.requests[Math.floor(next++ / chosen.length) % kind.requests.length];
      if (!kind || request === undefined) return;
      expected = kind;
      socket.write(request, 'latin1');
    };
    socket.setEncoding('latin1').on('data', (piece: string) => {
      held += piece;
      for (let end = endOfAnswer(held); end > 0; end = endOfAnswer(held)) {
        const answer = held.slice(0, end);
        held = held.slice(end);
        const code = /"code":"(\w+)"/.exec(answer)?.[1] ?? `HTTP ${answer.slice(9, 12)}`;
        const name =
          code === expected?.code || code === expected?.later ? code : `${code} instead of ${expected?.code}`;
        answers[name] = (answers[name] ?? 0) + 1;
        if (expected?.spoils || /^connection: close/im.test(answer)) socket.destroy();
        else ask();
      }
    });
    socket.on('connect', ask).on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (going) open();
    });
  };
  for (let i = 0; i < connections; i++) open();
  return () => {
    going = false;
    for (const socket of sockets) socket.destroy();
    return { answers, seconds: (performance.now() - began) / 1000 };
  };
}

/** Where the first answer of a text ends; 0 where it has not arrived yet. */
function endOfAnswer(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2))?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, 300)}`);
  const end = head + 4 + Number(length);
  return text.length >= end ? end : 0;
}
