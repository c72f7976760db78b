import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FileReport } from '../../ingest/pipeline-report.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = resolve(root, 'ingest/cli.ts');

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly url: string;
  readonly input?: string;
  /** A shell command line that runs the program, `"$@"` standing for it. */
  readonly shell?: string;
  readonly uid?: number;
  /** Called with the process once it runs. */
  readonly onStart?: (process: { kill(signal: NodeJS.Signals): boolean; stderr: NodeJS.ReadableStream }) => void;
}

/** Runs the command line as a user would: a process of its own, the database named by the environment. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const program = [process.execPath, '--import', 'tsx', cli, ...args];
  const [command = '', ...rest] = options.shell ? ['bash', '-c', options.shell, 'bash', ...program] : program;
  const child = spawn(command, rest, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, DATABASE_URL: options.url },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  child.stdin.end(options.input ?? '');
  options.onStart?.(child);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((ended) =>
    child.once('close', (code, how) => ended([code, how])),
  );
  const [stdout, stderr] = await output;
  return { status, signal, stdout, stderr };
}

export interface CliReport {
  readonly files: readonly FileReport[];
  readonly skipped: readonly { path: string; code: string }[];
  readonly total: FileReport['counts'] & { seconds: number };
  readonly exitStatus: number;
}

/** Ingests with `--json` and gives the document back, with the exit status of the process. */
export async function ingestJson(args: readonly string[], options: CliOptions): Promise<CliReport & CliResult> {
  const result = await runCli(['ingest', '--json', ...args], options);
  if (result.stdout === '') throw new Error(`no document on standard output; on standard error: ${result.stderr}`);
  return { ...(JSON.parse(result.stdout) as CliReport), ...result };
}
