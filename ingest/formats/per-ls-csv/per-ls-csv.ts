import type { IssueRecord } from '../../../src/domain/record.ts';
import { FileError } from '../../file-error.ts';
import type { LineReader } from '../../scanner.ts';
import type { ByteSource } from '../../source.ts';
import { preview } from '../csv/cells.ts';
import { type RowFault, rejected } from '../csv/fault.ts';
import { type ColumnPlan, headerCells, namesFound, openCsv } from '../csv/header.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep, type RowKey } from '../format.ts';
import { PerLsBatch } from './batch.ts';
import { PerLsRow } from './row.ts';

const title = 'per-LS CSV';
const plan: ColumnPlan = {
  required: [
    'fromrun',
    'fromlumi',
    'hname',
    'metype',
    'histo',
    'entries',
    'Xmax',
    'Xmin',
    'Xbins',
    'Ymax',
    'Ymin',
    'Ybins',
  ],
  twice: ['fromrun', 'fromlumi', 'hname'],
};

/**
 * Histograms per lumisection as ML4DQM writes them: a line a row, `histo` a quoted JSON list. A line feed never
 * stands inside a row, so that an unbalanced quote costs its own line and no other.
 */
export const perLsCsv: Format = {
  id: 'per-ls-csv',
  title,
  needs: 'dataset',
  looksFor: `a first line with the columns ${plan.required.join(',')} in any order`,
  recognise(head) {
    const header = headerCells(head);
    const found = namesFound(header, plan.required);
    if (found === plan.required.length) return 'CERTAIN';
    return found >= 4 && namesFound(header, ['hname', 'histo', 'fromlumi']) > 0 ? 'LIKELY' : null;
  },
  statedDataset: () => null,
  read,
  locate,
};

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const { dataset } = options;
  if (!dataset) {
    const reason = `${source.path}: a ${title} does not say which dataset it belongs to: give --dataset NAME`;
    throw new FileError('DATASET_REQUIRED', reason, { file: source.path });
  }
  const limits = batchLimits(options);
  const { reader, columns, headerLine } = await openCsv(source, title, plan, options);
  const row = new PerLsRow(columns);
  const batch = new PerLsBatch(dataset, limits.rows);
  const layout = new LayoutNote();
  let issues: IssueRecord[] = [];
  let begin = reader.position;
  if (!options.resume && columns.unknown.length > 0) issues.push(unknownColumns(columns.unknown, headerLine));

  const step = (): ReadStep => {
    layout.addTo(issues);
    const taken = { batch: batch.count > 0 ? batch.take() : null, issues, position: reader.position };
    issues = [];
    begin = reader.position;
    return taken;
  };
  try {
    while (reader.next() || (await reader.more())) {
      if (!reader.found) continue;
      const { bytes, start, end, line } = reader;
      if (isBlank(bytes, start, end)) continue;
      const fault = reader.tooLong ? tooLong(reader) : row.read(bytes, start, end, reader.terminated);
      if (fault) issues.push(rejected(fault, line, reader.byte, start));
      else if (batch.add(row, bytes, line)) layout.see(row, line);
      else issues.push(rejected(badName(row, bytes), line, reader.byte, start));
      if (
        batch.count >= limits.rows ||
        batch.blobBytes >= limits.bytes ||
        issues.length >= limits.rows ||
        reader.position.byte - begin.byte >= limits.sourceBytes
      ) {
        yield step();
      }
    }
    yield step();
  } catch (error) {
    // The rows before the place where a compressed file breaks are good.
    if (error instanceof FileError && (error.code === 'TRUNCATED' || error.code === 'BROKEN_GZIP')) yield step();
    throw error;
  } finally {
    await reader.close();
  }
}

async function locate(
  source: ByteSource,
  keys: readonly RowKey[],
  options: ReadOptions,
): Promise<readonly (readonly number[])[]> {
  const lines: number[][] = keys.map(() => []);
  const wanted = new Map<string, { key: RowKey; lines: number[] }[]>();
  let last = 0;
  for (const [i, key] of keys.entries()) {
    const place = `${key.run}:${key.lumisection}`;
    const list = wanted.get(place) ?? [];
    list.push({ key, lines: lines[i] as number[] });
    wanted.set(place, list);
    last = Math.max(last, key.line);
  }
  const { reader, columns } = await openCsv(source, title, plan, { ...options, resume: undefined });
  const row = new PerLsRow(columns);
  try {
    while (reader.next() || (await reader.more())) {
      if (!reader.found || reader.tooLong) continue;
      const { bytes, start, end, line } = reader;
      if (line >= last) break;
      if (!row.readKey(bytes, start, end)) continue;
      const here = wanted.get(`${row.run}:${row.lumisection}`);
      if (!here) continue;
      const name = row.name(bytes).toString('utf8');
      const found = here.filter(({ key }) => key.monitorElement === name && line < key.line);
      // only a row that was accepted can have come first
      if (found.length === 0 || row.read(bytes, start, end, reader.terminated)) continue;
      for (const { lines } of found) lines.push(line);
    }
  } finally {
    await reader.close();
  }
  return lines;
}

/** Says, once a batch, that lists without flow bins were read in the order of the tools that write such. */
class LayoutNote {
  #rows = 0;
  #line = 0;

  see(row: PerLsRow, line: number): void {
    if (row.flow || row.dimension === 1) return;
    if (this.#rows++ === 0) this.#line = line;
  }

  addTo(issues: IssueRecord[]): void {
    if (this.#rows === 0) return;
    const reason = `${this.#rows} maps from this line on have no flow bins: read with x outer, as dqmiotools writes them`;
    issues.push({ severity: 'NOTE', code: 'X_OUTER', line: this.#line, field: 'histo', reason });
    this.#rows = 0;
  }
}

function unknownColumns(names: readonly string[], line: number): IssueRecord {
  const value = names.join(', ').slice(0, 200);
  const reason = `columns that a ${title} does not have were not read`;
  return { severity: 'NOTE', code: 'UNKNOWN_COLUMN', line, value, reason };
}

function tooLong(reader: LineReader): RowFault {
  const value = preview(reader.bytes, reader.start, reader.end);
  return { code: 'LINE_TOO_LONG', reason: 'the line is longer than the limit', value };
}

function badName(row: PerLsRow, bytes: Buffer): RowFault {
  const value = row.name(bytes).toString('utf8').slice(0, 200);
  return { code: 'BAD_TEXT', reason: 'the name is not UTF-8, or holds control characters', field: 'hname', value };
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 32 && bytes[at] !== 9 && bytes[at] !== 13) return false;
  return true;
}
