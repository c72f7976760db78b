/** Fills a server with the rows of a CSV of ours by `upsertLumisectionHistograms`, as the parent process says by IPC. */
import { createReadStream } from 'node:fs';
import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { createInterface } from 'node:readline';

export interface CallsJob {
  readonly port: number;
  readonly token: string;
  /** See `writeCsv`. */
  readonly path: string;
  readonly dataset: string;
  readonly perCall: number;
  readonly connections: number;
  /** How bins are sent. */
  readonly form: 'list' | 'text';
}

export interface CallsResult {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly inserted: number;
}

const QUERY = `mutation Fill($input: UpsertLumisectionHistogramsInput!) {
  upsertLumisectionHistograms(input: $input) { report { inserted issues { index reason } } } }`;

/** Calls between two reports of how far it is. */
const TELL_EVERY = 50;

process.on('message', (job: CallsJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run({ port, token, path, dataset, perCall, connections, form }: CallsJob): Promise<CallsResult> {
  const bodies = await bodiesOf(path, dataset, perCall, form);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  };
  const options = { agent, host: '127.0.0.1', port, method: 'POST', path: '/graphql', headers };
  let next = 0;
  let done = 0;
  let inserted = 0;
  const began = performance.now();
  const connection = async () => {
    for (;;) {
      const body = bodies[next++];
      if (body === undefined) return;
      const count = await call(options, body);
      inserted += count;
      if (++done % TELL_EVERY === 0) process.send?.({ calls: done });
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, connection));
  } finally {
    agent.destroy();
  }
  return { seconds: (performance.now() - began) / 1000, inserted };
}

function call(options: RequestOptions, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { ...options, headers: { ...options.headers, 'content-length': body.length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => {
          try {
            const { data, errors } = JSON.parse(text);
            if (errors) reject(new Error(text.slice(0, 500)));
            else resolve(data.upsertLumisectionHistograms.report.inserted);
          } catch {
            reject(new Error(`status ${response.statusCode}: ${text.slice(0, 500)}`));
          }
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const ROW = /^(\d+),(\d+),([^,]+),3,"\[([^\]]*)\]",(\d+),([-\d.]+),([-\d.]+),(\d+),/;

async function bodiesOf(path: string, dataset: string, perCall: number, form: 'list' | 'text'): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  let histograms: string[] = [];
  const finish = () => {
    if (histograms.length === 0) return;
    const variables = `{"input":{"histograms":[${histograms.join(',')}]}}`;
    bodies.push(Buffer.from(`{"query":${JSON.stringify(QUERY)},"variables":${variables}}`));
    histograms = [];
  };
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const match = ROW.exec(line);
    if (!match) continue;
    const [, run, lumisection, name, list = '', entries, max, min, bins] = match;
    histograms.push(
      `{"run":${run},"lumisection":${lumisection},"dataset":"${dataset}","monitorElement":"${name}","entries":${entries},` +
        `"axes":[{"bins":${bins},"min":${min},"max":${max}}],"flow":true,"bins":${form === 'list' ? `[${list.replaceAll(' ', '')}]` : packed(list)}}`,
    );
    if (histograms.length === perCall) finish();
  }
  finish();
  return bodies;
}

function packed(list: string): string {
  const numbers = Int32Array.from(list.split(', '), Number);
  return `"INT32:${Buffer.from(numbers.buffer).toString('base64')}"`;
}
