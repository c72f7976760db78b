import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

export interface Started {
  readonly child: ChildProcess;
  /** Ends with the exit status. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
  readonly ipc?: boolean;
  /** On the first core alone, as is all that it starts. */
  readonly pinned?: boolean;
  /** Where standard error goes: passed on, or to a file. */
  readonly stderr?: 'inherit' | number;
}

/** The flags of node with which package.json starts a program. */
export function nodeFlagsOf(script: string): string[] {
  return commandOf(script).filter((word) => word.startsWith('--'));
}

/** What `npm run SCRIPT` runs, but for `node` itself. */
function commandOf(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [node, ...rest] = scripts[script]?.split(' ') ?? [];
  if (node !== 'node') throw new Error(`package.json does not start ${script} by node`);
  return rest;
}

/** Starts a program as users do by `npm run SCRIPT -- ARGS`, without npm around it. */
export function startScript(script: string, args: readonly string[], options: StartOptions = {}): Started {
  return startNode([...(options.nodeFlags ?? []), ...commandOf(script), ...args], options);
}

/** Starts a TypeScript program of this repository as one process of its own. */
export function start(entry: string, args: readonly string[], options: StartOptions = {}): Started {
  return startNode(['--import', TSX, ...(options.nodeFlags ?? []), join(ROOT, entry), ...args], options);
}

function startNode(words: readonly string[], options: StartOptions): Started {
  const { env = {}, ipc = false, pinned = false, stderr = 'inherit' } = options;
  const program = [process.execPath, ...words];
  const [command = '', ...rest] = pinned ? ['taskset', '-c', '0', ...program] : program;
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', stderr, ...(ipc ? (['ipc'] as const) : [])],
    serialization: 'advanced',
  });
  return watch(child);
}

/** Starts another program, its input from a text. */
export function startProgram(
  program: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'inherit'] });
  // one that reads nothing may be over before
  child.stdin?.on('error', () => {}).end(input);
  return watch(child);
}

function watch(child: ChildProcess): Started {
  running.add(child);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
  return {
    child,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Waits until standard output matches, and gives the match. */
export function output({ child, ended }: Started, pattern: RegExp): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const match = text.match(pattern);
      if (match) resolve(match);
    });
    ended.then((code) => reject(new Error(`ended with ${code} before saying ${pattern}: ${text}`)), reject);
  });
}
