import { spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { backup } from '../../ingest/commands/backup.ts';
import { ingest } from '../../ingest/commands/ingest.ts';
import { inspect } from '../../ingest/commands/inspect.ts';
import { output } from '../../ingest/commands/output.ts';
import { token } from '../../ingest/commands/token.ts';
import { verify } from '../../ingest/commands/verify.ts';
import { withdraw } from '../../ingest/commands/withdraw.ts';
import type { FileReport } from '../../ingest/pipeline/report.ts';
import { compiledCli } from './compiled-programs.ts';

const root = resolve(import.meta.dirname, '../..');

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
  const program = [process.execPath, compiledCli(), ...args];
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

/** The same command without the cost of a process of its own, where the process is not what is tested. */
export async function runHere([name = '', ...args]: readonly string[], { url }: CliOptions): Promise<CliResult> {
  const command = { ingest, inspect, withdraw, verify, backup, token }[name];
  if (!command) throw new Error(`there is no command ${name}`);
  const said = { stdout: '', stderr: '' };
  const spies = [
    vi.spyOn(output, 'print').mockImplementation(async (text) => {
      said.stdout += text;
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      said.stderr += chunk;
      return true;
    }),
  ];
  const priority = getPriority();
  vi.stubEnv('DATABASE_URL', url);
  try {
    return { status: await command.run(args), signal: null, ...said };
  } catch (error) {
    return { status: 1, signal: null, ...said, stderr: said.stderr + (error as Error).message };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
    comeBack(priority);
  }
}

/** What a command lets go first is not to go before all later tests of this process, where that can be taken back. */
function comeBack(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // only root may
  }
}

export interface CliReport {
  readonly files: readonly FileReport[];
  readonly skipped: readonly { path: string; code: string }[];
  readonly total: FileReport['counts'] & { seconds: number; rowsRead: number; known: number };
  readonly exitStatus: number;
}

/** Ingests with `--json` and gives the document back, with the exit status of the process. */
export async function ingestJson(
  args: readonly string[],
  options: CliOptions,
  run = runCli,
): Promise<CliReport & CliResult> {
  const result = await run(['ingest', '--json', ...args], options);
  if (result.stdout === '') throw new Error(`no document on standard output; on standard error: ${result.stderr}`);
  return { ...(JSON.parse(result.stdout) as CliReport), ...result };
}
