import { basename } from 'node:path';
import { FileError } from '../../ingest/file-error.ts';
import type { ScoreStep } from '../../ingest/formats/scores/score-step.ts';
import { ParseProcessError } from '../../ingest/parse-process/error.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import type { ScoreRows } from '../domain/prediction-scores.ts';
import { type IssueRecord, REPORTED_ISSUES } from '../domain/record.ts';

/** Scores of one monitor element, or of members as such, in the order of the file. */
export interface FileScores {
  readonly rows: ScoreRows;
  /** Of each row: its line of a CSV, or its number from 1. */
  readonly lines: Float64Array;
}

/** A file of scores, read to its end. */
export interface ScoreFile {
  /** By path of the monitor element; null: of members as such. */
  readonly scores: ReadonlyMap<string | null, FileScores>;
  /** Rows that are none. */
  readonly rejected: number;
  /** Why, of the first of them, and notes. */
  readonly issues: readonly IssueRecord[];
}

/** Rows of one file: they are held, 25 bytes each. */
const MOST_ROWS = 2_000_000;
/** A file of so many rows is some tens of megabytes; what needs more memory is no honest one. */
const MEMORY_BYTES = 384 * 1024 * 1024;
/** Arrow with a length that is wrong can make its reader go round for ever. */
const SILENCE_MS = 15_000;
/** Read at the same time; others wait. */
const AT_ONCE = 2;

/**
 * Reads a file that somebody sent, in a process of its own that a hostile one can exhaust or end.
 * @throws InvalidInputError, with the code of the file (docs/formats.md) as `reason`, for what is no table of scores;
 * LimitExceededError
 */
export async function readScoreFile(path: string): Promise<ScoreFile> {
  const leave = await places.take();
  const parser = new ParseProcess({ memoryBytes: MEMORY_BYTES, silenceMs: SILENCE_MS });
  try {
    const collected = new Map<string | null, Columns>();
    let rejected = 0;
    const issues: IssueRecord[] = [];
    let rows = 0;
    for await (const step of parser.readScores({ path })) {
      const refused = step.issues.filter(({ severity }) => severity === 'REJECTED').length;
      rows += step.run.length + refused;
      if (rows > MOST_ROWS) throw tooMany();
      rejected += refused;
      issues.push(...step.issues.slice(0, REPORTED_ISSUES - issues.length));
      collect(collected, step);
    }
    const scores = new Map([...collected].map(([element, columns]) => [element, columns.taken()]));
    return { scores, rejected, issues };
  } catch (error) {
    throw error instanceof FileError || error instanceof ParseProcessError ? refused(error, path) : error;
  } finally {
    await parser.close();
    leave();
  }
}

function collect(collected: Map<string | null, Columns>, step: ScoreStep): void {
  for (let i = 0; i < step.run.length; i++) {
    const element = step.elements[step.element[i] as number] ?? null;
    let columns = collected.get(element);
    if (columns === undefined) {
      columns = new Columns();
      collected.set(element, columns);
    }
    columns.add(step, i);
  }
}

/** Columns that grow. */
class Columns {
  #run = new Int32Array(1024);
  #lumisection = new Int32Array(1024);
  #score = new Float64Array(1024);
  #reason = new Uint8Array(1024);
  #lines = new Float64Array(1024);
  #count = 0;

  add({ run, lumisection, score, reason, line }: ScoreStep, i: number): void {
    if (this.#count === this.#run.length) {
      this.#run = doubled(this.#run);
      this.#lumisection = doubled(this.#lumisection);
      this.#score = doubled(this.#score);
      this.#reason = doubled(this.#reason);
      this.#lines = doubled(this.#lines);
    }
    const at = this.#count++;
    this.#run[at] = run[i] as number;
    this.#lumisection[at] = lumisection[i] as number;
    this.#score[at] = score[i] as number;
    this.#reason[at] = reason[i] as number;
    this.#lines[at] = line[i] as number;
  }

  taken(): FileScores {
    const rows = {
      run: this.#run.subarray(0, this.#count),
      lumisection: this.#lumisection.subarray(0, this.#count),
      score: this.#score.subarray(0, this.#count),
      reason: this.#reason.subarray(0, this.#count),
    };
    return { rows, lines: this.#lines.subarray(0, this.#count) };
  }
}

function doubled<Numbers extends Int32Array | Float64Array | Uint8Array>(numbers: Numbers): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

/** As its sender knows the file: by its name. What nobody foresaw is told to the log alone. */
function refused(error: FileError | ParseProcessError, path: string): InvalidInputError {
  const { code, message, details } = error;
  const isForeseen = code !== 'PARSER_FAILED';
  const told = isForeseen
    ? message.replaceAll(path, basename(path))
    : 'it could not be read, in a way that nobody foresaw';
  const cause = isForeseen ? error.cause : details.stack;
  return new InvalidInputError(`file: ${told}`, { field: 'file', reason: code }, { cause });
}

const tooMany = () =>
  new LimitExceededError(`The file holds more than ${MOST_ROWS.toLocaleString('en')} rows: split it`, {
    limit: MOST_ROWS,
  });

/** A few at a time. */
class Places {
  #free = AT_ONCE;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
  }
}

const places = new Places();
