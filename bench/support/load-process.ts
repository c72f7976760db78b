/** Asks over HTTP, as the parent process says by IPC, and compares every answer byte for byte. */
import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import type { LoadJob, LoadResult } from './load.ts';

interface Prepared {
  readonly options: RequestOptions;
  readonly body: Buffer | undefined;
  readonly expected: Buffer;
}

process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ port, requests, connections, seconds, rate }: LoadJob): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const prepared = requests.map(({ method, path, body, expected }): Prepared => {
    const bytes = method === 'POST' ? Buffer.from(body) : undefined;
    return {
      body: bytes,
      expected: Buffer.from(expected),
      options: {
        agent,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: {
          accept: 'application/json',
          ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
        },
      },
    };
  });
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  const until = began + 1000 * seconds;
  const connection = async (index: number) => {
    // of a paced job: one answer late does not make the next question late, as far as a connection allows
    let due = began + (rate ? (1000 * index) / rate : 0);
    while (performance.now() < until) {
      if (rate) {
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        due += (1000 * connections) / rate;
      }
      const one = prepared[next++ % prepared.length] as Prepared;
      const asked = performance.now();
      await ask(one);
      latencies.push(performance.now() - asked);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, (_, index) => connection(index)));
  } finally {
    agent.destroy();
  }
  const elapsed = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const percentile = (part: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))] ?? 0;
  return {
    perSecond: latencies.length / elapsed,
    p50: percentile(0.5),
    p99: percentile(0.99),
    count: latencies.length,
  };
}

function ask({ options, body, expected }: Prepared): Promise<void> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      let at = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        at += chunk.length;
      });
      response.on('end', () => {
        const whole = Buffer.concat(chunks, at);
        if (response.statusCode === 200 && whole.equals(expected)) resolve();
        else
          reject(
            new Error(`wrong answer of ${options.path}, status ${response.statusCode}: ${difference(whole, expected)}`),
          );
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function difference(got: Buffer, expected: Buffer): string {
  let at = 0;
  while (at < got.length && got[at] === expected[at]) at++;
  const part = (text: Buffer) => text.subarray(Math.max(0, at - 40), at + 80).toString();
  return `at byte ${at}: ${part(got)} instead of ${part(expected)}`;
}
