import { FileError } from '../../ingest/file-error.ts';
import type { ScoreStep } from '../../ingest/formats/scores/score-step.ts';
import { ParseProcessError } from '../../ingest/parse-process/error.ts';
import { ParseProcess } from '../../ingest/parse-process/parse-process.ts';
import { SCORE_REASONS } from '../../src/domain/prediction.ts';
import type { Outcome, Reader } from './fuzzer.ts';
import { aboutError, aboutIssue } from './invariants.ts';

const MEMORY_BYTES = 384 * 1024 * 1024;
const SILENCE_MS = 15_000;

/** Reads files of scores as those that are sent along are read. */
export function readingScores(): Reader {
  const parser = new ParseProcess({ memoryBytes: MEMORY_BYTES, silenceMs: SILENCE_MS });
  return {
    async read(path, { id }): Promise<Outcome> {
      const complaints: string[] = [];
      try {
        let rows = 0;
        for await (const step of parser.readScores({ path })) {
          rows += step.run.length;
          complaints.push(...aboutScores(step));
        }
        return { outcome: 'read', isGood: rows > 0, complaints };
      } catch (error) {
        if (!(error instanceof FileError || error instanceof ParseProcessError)) throw error;
        const { code, message, details } = error;
        // its library believes lengths: with some it goes round for ever, or fills its memory
        if (/^PARSER_(SILENT|MEMORY)$/.test(code) && id.includes('Arrow'))
          return { outcome: code, isGood: false, complaints };
        return { outcome: code, isGood: false, complaints: aboutError({ ...details, code, message } as never) };
      }
    },
    close: () => parser.close(),
  };
}

function aboutScores({ line, run, lumisection, score, reason, element, elements, issues }: ScoreStep): string[] {
  const complaints = issues.flatMap(aboutIssue);
  const check = (good: boolean, what: string) => void (good || complaints.push(what));
  const lengths = [line, lumisection, score, reason, element].map(({ length }) => length);
  check(
    lengths.every((length) => length === run.length),
    `columns of ${lengths} rows`,
  );
  check(
    line.every((place, i) => Number.isSafeInteger(place) && place > (line[i - 1] ?? 0)),
    'lines do not ascend',
  );
  check(
    run.every((number) => number >= 1),
    'a run below 1',
  );
  check(
    lumisection.every((number) => number >= 0),
    'a lumisection below 0',
  );
  check(
    element.every((place) => place >= -1 && place < elements.length),
    'an element that is none',
  );
  check(
    reason.every((byte) => byte <= Object.keys(SCORE_REASONS).length),
    'a reason that is none',
  );
  return complaints;
}
