import { closeSync, openSync } from 'node:fs';
import type { LoadRequest } from './load.ts';
import { output, start, startScript } from './processes.ts';
import type { Question } from './questions.ts';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  requests(questions: readonly Question[]): LoadRequest[];
  stop(): Promise<void>;
}

/**
 * `npm start` on a database, settings as they are without any in the environment (unless `environment` has some): limits, masking, and a log line a
 * request (to a file, or nowhere). Only the page for browsers is left out.
 */
export async function startLumigraph(
  url: string,
  { log = '/dev/null', nodeFlags = [] as readonly string[], environment = {} as Readonly<Record<string, string>> } = {},
): Promise<RunningServer> {
  const stderr = openSync(log, 'w');
  const process = startScript('start', [], {
    env: {
      DATABASE_URL: url,
      PORT: '0',
      HOST: '127.0.0.1',
      LUMIGRAPH_SAMPLE: 'off',
      LUMIGRAPH_WEB: 'off',
      ...environment,
    },
    nodeFlags,
    stderr,
  });
  closeSync(stderr);
  const [, port] = await output(process, /answers at http:\/\/127\.0\.0\.1:(\d+)/);
  return {
    port: Number(port),
    pid: process.child.pid as number,
    requests: (questions) =>
      questions.map(({ graphql, answer }) => ({
        method: 'POST',
        path: '/graphql',
        body: JSON.stringify(graphql),
        expected: answer,
      })),
    stop: () => process.stop(),
  };
}

/** The hand-written handler on the same database. */
export async function startHandWritten(url: string): Promise<RunningServer> {
  const process = start('bench/support/hand-written.ts', [url]);
  const [, port] = await output(process, /listening on (\d+)/);
  return {
    port: Number(port),
    pid: process.child.pid as number,
    requests: (questions) => questions.map(({ path, answer }) => ({ method: 'GET', path, body: '', expected: answer })),
    stop: () => process.stop(),
  };
}
