import { type ParseArgsConfig, parseArgs } from 'node:util';
import { editsBetween } from '../../src/domain/closest.ts';

/** One command of the command line. */
export interface Command {
  /** What `--help` prints. */
  readonly help: string;
  /** @returns the exit status. @throws UsageError for wrong arguments, whatever else for what went wrong. */
  run(args: readonly string[]): Promise<number>;
}

/** The arguments cannot work: the message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** parseArgs whose refusals are UsageErrors, with the nearest known flag as a hint. */
export function parseArguments<const Given extends Options>(args: readonly string[], options: Given) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /^Unknown option '(-{1,2}[^']*)'/.exec(message)?.[1];
    if (unknown === undefined) throw new UsageError(message);
    const hint = nearest(unknown.replace(/^-+/, ''), Object.keys(options));
    throw new UsageError(`unknown flag ${unknown}${hint ? `; did you mean --${hint}?` : ''}`);
  }
}

/** The known flag that shares most with what was typed: by prefix, else within two edits. */
function nearest(typed: string, known: readonly string[]): string | undefined {
  if (typed.length < 2) return undefined;
  const byPrefix = known.find((name) => name.startsWith(typed) || typed.startsWith(name));
  return byPrefix ?? known.find((name) => editsBetween(typed, name) <= 2);
}
