import { InvalidInputError } from '../../src/domain/errors.ts';
import { type GoldenJson, type GoldenProblem, type GoldenRun, parseGoldenJson } from '../../src/domain/golden-json.ts';
import type { CertificationRecord, IssueRecord, SourcePosition } from '../../src/domain/record.ts';
import { FileError } from '../file-error.ts';
import type { ByteSource } from '../source.ts';
import type { Format, ReadOptions, ReadStep } from './format.ts';
import { shortened } from './shortened.ts';
import { utf8Text } from './utf8-text.ts';

/**
 * The one of all runs that CMS ever took has less than 1 MiB. The text and what it says are held whole: of twice this size, ranges
 * that stand as close as they can take more than the heap of a parse process.
 */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Golden and DCS-only JSON: runs with ranges of good lumisections. What is listed is GOOD, about everything else
 * it says nothing. Text that is no JSON of this form is refused whole, an entry that is wrong in itself alone.
 */
export const lumiJson: Format = {
  id: 'lumi-json',
  title: 'golden or DCS-only JSON',
  needs: 'source',
  looksFor: 'a JSON object of runs with lists of lumisection ranges: {"315257": [[1, 88], [91, 92]], ...}',
  recognise(head) {
    const text = Buffer.from(head.subarray(0, 4096)).toString('latin1');
    if (/^\s*\{\s*"\d+"\s*:\s*\[/.test(text)) return 'CERTAIN';
    // an empty one, one that is cut off early, one whose first key is no run
    return /^\s*\{\s*(\}\s*$|$|"\d*"?\s*:?\s*$|"[^"]*"\s*:\s*\[\s*\[)/.test(text) ? 'LIKELY' : null;
  },
  statedDataset: () => null,
  read,
  locate: async (_source, keys) => keys.map(() => []),
};

/** `json_148_pixel_good.json` holds what is good of one subsystem; '' for any other name. */
export function subsystemOf(name: string): string {
  return /^json_\d+_([a-z][a-z0-9]*)_good\.(?:json|txt)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  if (options.resume && options.resume.byte > 0) {
    // there is one step only
    yield { batch: null, issues: [], position: options.resume };
    return;
  }
  const { text, position } = await textOf(source);
  const { runs, problems } = parse(source, text);
  const batch: CertificationRecord = {
    kind: 'certification',
    dataset: options.dataset ?? '',
    subsystem: subsystemOf(source.name),
    runs: runs.map(({ run, line, ranges }) => ({
      run,
      line,
      ranges: ranges.map(({ first, last }) => ({ first, last, flag: 'GOOD' })),
    })),
  };
  // a version of which every entry was refused would only hide the version before it
  const nothing = runs.length === 0 && problems.length > 0;
  yield { batch: nothing ? null : batch, issues: [...problems.flatMap(issuesOf), ...notes(runs)], position };
}

async function textOf(source: ByteSource): Promise<{ text: string; position: SourcePosition }> {
  const parts: Uint8Array[] = [];
  let byte = 0;
  for await (const { bytes, position } of source.chunks()) {
    byte = position + bytes.length;
    if (byte > MAX_BYTES) {
      const reason = `${source.path}: larger than ${MAX_BYTES} bytes, which no ${lumiJson.title} is`;
      throw new FileError('FILE_TOO_LARGE', reason, { file: source.path, byte });
    }
    parts.push(Uint8Array.from(bytes));
  }
  const text = utf8Text(Buffer.concat(parts), source.path);
  return { text, position: { byte, line: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) } };
}

function parse(source: ByteSource, text: string): GoldenJson {
  try {
    return parseGoldenJson(text);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const { line, value } = error.details as { line: number; value: string };
    // nothing where something had to come, or a string that nothing closes
    const truncated = value === '' || (value.startsWith('"') && text.endsWith(value));
    throw new FileError(
      truncated ? 'TRUNCATED' : 'MALFORMED_JSON',
      `${source.path}: ${shortened(error.message, 400)}${truncated ? ': the file is not complete' : ''}`,
      { file: source.path, line, value: shortened(value) },
      { cause: error },
    );
  }
}

/** Both entries of a repeated run are refused: which one is meant, nobody can tell. */
function issuesOf({ code, line, field, value, reason, firstLine }: GoldenProblem, i: number, all: GoldenProblem[]) {
  const shown = { field: shortened(field), value: shortened(value) };
  const issue: IssueRecord = { severity: 'REJECTED', code, line, ...shown, reason };
  const isSecond = firstLine !== undefined && all.findIndex((other) => other.field === field) === i;
  if (!isSecond) return [issue];
  const first = {
    ...issue,
    line: firstLine,
    value: shown.field,
    reason: `the run stands in line ${line} again; neither is taken`,
  };
  return [first, issue];
}

/** What had to be mended: one note a kind, however many runs. */
function notes(runs: readonly GoldenRun[]): IssueRecord[] {
  const kinds: [string, string, (run: GoldenRun) => boolean][] = [
    ['RANGES_UNSORTED', 'list their ranges out of order: sorted', (run) => run.unsorted],
    ['RANGES_OVERLAP', 'list ranges that overlap: merged', (run) => run.overlapping],
    ['RANGES_TOUCH', 'list ranges that follow each other without a gap: merged', (run) => run.touching],
    ['NO_RANGES', 'list no range at all: nothing of them is certified', (run) => run.ranges.length === 0],
  ];
  return kinds.flatMap(([code, what, applies]) => {
    const found = runs.filter(applies);
    const [first] = found;
    if (!first) return [];
    const reason = `${found.length} of ${runs.length} runs ${what}`;
    const value = found.map(({ run }) => run).join(', ');
    return [
      {
        severity: 'NOTE',
        code,
        line: first.line,
        value: shortened(value),
        reason,
      },
    ];
  });
}
