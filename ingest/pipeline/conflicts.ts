import { type IssueRecord, REPEATED_ROW, type RecordBatch } from '../../src/domain/record.ts';
import type { Ledger, RowConflict } from '../../src/store/store.ts';
import type { RowKey } from '../formats/format.ts';
import type { Located } from '../parse-process/messages.ts';

/** Code of a row that differs from one of another file under the same key. */
const CONFLICT = 'CONFLICT';
/** Code of a row that differs from an earlier row of its own file under the same key. */
const CONFLICT_IN_FILE = 'CONFLICT_IN_FILE';
/** Code of a row that was to be added to another one of its key and cannot be. */
const NOT_ADDED = 'NOT_ADDED';

/** Conflicts looked up in one scan of the file: bounds what is kept in memory. */
const PAGE = 10_000;

/** Words the conflict of one row of a batch. The earlier line within a file is not known yet: see nameEarlierLines. */
export function conflictIssue(batch: RecordBatch, conflict: RowConflict): IssueRecord {
  const { row, sameFile, notAdded, difference } = conflict;
  const common = { ...placeOf(batch, row), severity: 'CONFLICTING' } as const;
  if (notAdded !== undefined) {
    return {
      ...common,
      code: NOT_ADDED,
      reason: `${notAdded}; what ${earlierOf(conflict, batch)} brought under this key stays`,
    };
  }
  // of a table nobody looks up which row it was
  if (sameFile && keyOf(batch, row).monitorElement !== '')
    return { ...common, code: CONFLICT_IN_FILE, reason: told(unlocated(common.value, OTHER), difference) };
  return {
    ...common,
    code: sameFile ? CONFLICT_IN_FILE : CONFLICT,
    reason: told(`${earlierOf(conflict, batch)} has this key and another content, and stays`, difference),
  };
}

/** Words that one row of a batch says what an earlier row of its file says. That one's line is not known yet, either. */
export function repeatIssue(batch: RecordBatch, row: number): IssueRecord {
  const place = placeOf(batch, row);
  return { ...place, severity: 'NOTE', code: REPEATED_ROW, reason: unlocated(place.value, SAME) };
}

function placeOf(batch: RecordBatch, row: number) {
  const { line, ...key } = keyOf(batch, row);
  const value = batch.kind === 'datasets' ? `dataset ${batch.datasets[row]?.name}` : keyText(key);
  return { ...(line > 0 ? { line } : {}), field: 'key', value };
}

function earlierOf({ sameFile, earlierPath, notAdded }: RowConflict, { kind }: RecordBatch): string {
  if (sameFile) return 'an earlier row of this file';
  if (notAdded !== undefined) return earlierPath ?? 'several files';
  if (earlierPath !== null) return `a row of ${earlierPath}`;
  return kind === 'lumisectionHistograms' || kind === 'runHistograms' ? 'the sum of several files' : 'what is stored';
}

type Locate = (keys: readonly RowKey[]) => Promise<Located>;

/**
 * Finds the earlier lines of conflicts and repeats within the file by a second scan (one for each 10,000 of either) and
 * names them. May be done again with the same result, so that a kill in between does no harm.
 */
export async function nameEarlierLines(ledger: Ledger, fileId: number, locate: Locate): Promise<void> {
  await nameLines(ledger, fileId, CONFLICT_IN_FILE, locate);
  await nameLines(ledger, fileId, REPEATED_ROW, locate);
}

async function nameLines(ledger: Ledger, fileId: number, code: string, locate: Locate): Promise<void> {
  const worded = code === REPEATED_ROW ? repeatWithLines : conflictWithLines;
  for (let after = 0; ; ) {
    const issues = await ledger.issues(fileId, code, after, PAGE);
    if (issues.length === 0) return;
    const named = new Set<number>();
    const found = issues.flatMap(({ number, line, reason }) => {
      const parsed = parseUnlocated(reason);
      if (!parsed) named.add(Number(line));
      return parsed && line !== null ? [{ number, key: { ...parsed, line: Number(line) } }] : [];
    });
    after = issues.at(-1)?.number ?? Number.POSITIVE_INFINITY;
    if (found.length === 0) continue;
    const { lines, ...called } = await locate(found.map(({ key }) => key));
    await ledger.reviseIssues(
      fileId,
      found.map(({ number, key }, index) => ({
        number,
        // an earlier reading may have told of the same repeat
        reason: code === REPEATED_ROW && named.has(key.line) ? null : worded(key, lines[index] ?? [], called),
      })),
    );
  }
}

/** Says which lines differ; `earlier` ascending. */
function conflictWithLines(
  { line, difference }: Unlocated & RowKey,
  [first]: readonly number[],
  called: Called,
): string {
  if (first === undefined)
    return told('another reading of this file left another content under this key, which stays', difference);
  const what = `${lineText(first, called)} of this file has the same key and another content`;
  return told(`${what}: ${called.lineIs} ${first} stays, ${lineText(line, called)} does not`, difference);
}

/** Null where no row of the file is repeated: another reading left what was met. */
function repeatWithLines({ line }: RowKey, [first]: readonly number[], called: Called): string | null {
  if (first === undefined) return null;
  return `${lineText(first, called)} of this file has the same key and the same content as ${lineText(line, called)}, and is stored once: if they are two monitor elements of one name, one of them is lost`;
}

const told = (what: string, difference: string) => (difference === '' ? what : `${what}: ${difference}`);

/** What people call lines. */
type Called = Pick<Located, 'places' | 'lineIs'>;

const lineText = (line: number, { places, lineIs }: Called) =>
  places.has(line) ? `${lineIs} ${line} (${places.get(line)})` : `${lineIs} ${line}`;

/** Key of one row of a batch, with its line (0 where there is none). */
function keyOf(batch: RecordBatch, row: number): RowKey {
  const none = { run: 0, lumisection: 0, monitorElement: '', line: 0 };
  switch (batch.kind) {
    case 'lumisectionHistograms':
    case 'runHistograms':
      return {
        run: batch.run[row] ?? 0,
        lumisection: batch.kind === 'lumisectionHistograms' ? (batch.lumisection[row] ?? 0) : 0,
        monitorElement: batch.monitorElements[batch.monitorElement[row] ?? -1]?.path ?? '',
        line: batch.line[row] ?? 0,
      };
    case 'scalars': {
      const { run = 0, lumisection = 0, monitorElement = '', line = 0 } = batch.scalars[row] ?? {};
      return { run, lumisection, monitorElement, line };
    }
    case 'qualityTests': {
      const { run = 0, lumisection = 0, monitorElement = '', line = 0, name = '' } = batch.qualityTests[row] ?? {};
      return { run, lumisection, monitorElement, qualityTest: name, line };
    }
    case 'certification':
      return { ...none, run: batch.runs[row]?.run ?? 0, line: batch.runs[row]?.line ?? 0 };
    case 'fractions':
      return { ...none, run: batch.fractions[row]?.run ?? 0, line: batch.fractions[row]?.line ?? 0 };
    case 'datasets':
      return { ...none, line: batch.datasets[row]?.line ?? 0 };
    case 'runs':
      return { ...none, run: batch.runs[row]?.number ?? 0, line: batch.runs[row]?.line ?? 0 };
    case 'lumisections': {
      const { run = 0, number = 0, line = 0 } = batch.lumisections[row] ?? {};
      return { ...none, run, lumisection: number, line };
    }
  }
}

type Key = Omit<RowKey, 'line'>;

/** What an issue says before the earlier line is known. */
type Unlocated = Key & { readonly difference: string };

function keyText({ run, lumisection, monitorElement, qualityTest }: Key): string {
  return [
    `run ${run}`,
    ...(lumisection > 0 ? [`LS ${lumisection}`] : []),
    ...(monitorElement === '' ? [] : [monitorElement]),
    ...(qualityTest === undefined ? [] : [`quality test ${qualityTest}`]),
  ].join(', ');
}

const OTHER = 'another content, and stays';
const SAME = 'the same content';

/** Holds the whole key, which the value of a stored issue may not, so that it can be found again after a kill. */
const unlocated = (key: string, content: string) => `an earlier row of this file has the key (${key}) and ${content}`;

/** The key in what `unlocated` made; null for anything else. */
function parseUnlocated(reason: string): Unlocated | null {
  const pattern =
    /^an earlier row of this file has the key \(run (\d+)(?:, LS (\d+))?, (.*?)(?:, quality test (.*))?\) and (?:another content, and stays(?:: (.*))?|the same content)$/s;
  const parts = pattern.exec(reason);
  if (!parts) return null;
  return {
    run: Number(parts[1]),
    lumisection: Number(parts[2] ?? 0),
    monitorElement: parts[3] ?? '',
    ...(parts[4] !== undefined && { qualityTest: parts[4] }),
    difference: parts[5] ?? '',
  };
}
