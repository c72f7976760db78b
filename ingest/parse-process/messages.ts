import { LumigraphError } from '../../src/domain/errors.ts';
import type { FileErrorCode } from '../file-error.ts';
import { FileError } from '../file-error.ts';
import type { Format, RowKey } from '../formats/format.ts';
import type { ScoreStep } from '../formats/scores/score-step.ts';
import type { FileStamp } from '../source/regular-file.ts';
import type { ChosenStep, JobOptions } from './elements.ts';
import { ParseProcessError } from './error.ts';

/** What the parent asks of the parse process. `id` numbers the requests: answers to an abandoned one are dropped. */
export type Request =
  | Job
  /** One step was taken: another may be sent. */
  | { readonly kind: 'taken'; readonly id: number }
  | { readonly kind: 'cancel'; readonly id: number };

export type Job = { readonly id: number; readonly file: FileToRead } & (
  | {
      readonly kind: 'recognise';
      /** The user knows what it is: nothing is looked for. */
      readonly format?: string;
    }
  | {
      readonly kind: 'read';
      readonly format: string;
      readonly options: JobOptions;
      /** Steps that may be under way (sent, not yet taken) before the child waits. */
      readonly inFlight: number;
    }
  | {
      /** A table of scores, which is never ingested. */
      readonly kind: 'scores';
      readonly inFlight: number;
    }
  | {
      readonly kind: 'locate';
      readonly format: string;
      readonly keys: readonly RowKey[];
      readonly options: JobOptions;
    }
);

export interface FileToRead {
  readonly path: string;
  /** The state the file must still be in. */
  readonly stamp?: FileStamp;
}

export type Response =
  | { readonly kind: 'ready' }
  | { readonly kind: 'recognised'; readonly id: number; readonly recognition: Recognition }
  | { readonly kind: 'step'; readonly id: number; readonly step: ChosenStep }
  | { readonly kind: 'scores'; readonly id: number; readonly step: ScoreStep }
  /** Bytes of the file as stored (compressed, if it is) that were read so far: proof of life during long scans. */
  | { readonly kind: 'progress'; readonly id: number; readonly bytesRead: number }
  | { readonly kind: 'located'; readonly id: number; readonly located: Located }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: TravellingError };

/** Answer to `locate`. */
export interface Located {
  /** For each key the lines of Format.locate. */
  readonly lines: readonly (readonly number[])[];
  /** What people call these lines, and those of the keys, where that is something else. */
  readonly places: ReadonlyMap<number, string>;
  readonly lineIs: 'line' | 'row';
}

/** What a file turned out to be. */
export interface Recognition {
  readonly format: string;
  readonly title: string;
  readonly needs: Format['needs'];
  /** What becomes of equal keys unless told otherwise. */
  readonly defaultOnConflict: 'add' | 'keep';
  /** The dataset that the file or its name states. */
  readonly statedDataset: string | null;
}

/** An error on its way between processes: classes do not survive that, their fields do. */
interface TravellingError {
  readonly fileError: FileErrorCode | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string;
  /** What is logged of the cause: its stack. */
  readonly cause: string | undefined;
}

export function packError(error: unknown): TravellingError {
  return {
    fileError: error instanceof FileError ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
    details: error instanceof LumigraphError ? error.details : {},
    stack: error instanceof Error ? (error.stack ?? '') : '',
    cause: error instanceof Error && error.cause instanceof Error ? error.cause.stack : undefined,
  };
}

/** A FileError comes back as one; anything else is a fault of the reader. */
export function unpackError({ fileError, message, details, stack, cause }: TravellingError): Error {
  if (fileError) return new FileError(fileError, message, details, { cause });
  return new ParseProcessError('PARSER_FAILED', `the reader failed: ${message}`, { stack });
}
