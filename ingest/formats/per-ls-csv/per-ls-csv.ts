import type { ByteSource } from '../../source.ts';
import { EarlierLines } from '../csv/earlier-lines.ts';
import { rejected, tooLong } from '../csv/fault.ts';
import { type ColumnPlan, headerCells, namesFound, openCsv, unknownColumns } from '../csv/header.ts';
import { isBlank } from '../csv/text.ts';
import { datasetOf } from '../dataset-of.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep, type RowKey } from '../format.ts';
import { Steps } from '../steps.ts';
import { PerLsBatch } from './batch.ts';
import { LayoutNote } from './layout-note.ts';
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
  const dataset = datasetOf(source, options, null, `a ${title} does not say`);
  const { reader, columns, headerLine } = await openCsv(source, title, plan, options);
  const row = new PerLsRow(columns);
  const batch = new PerLsBatch(dataset, batchLimits(options).rows);
  const layout = new LayoutNote();
  const steps = new Steps(batch, options, reader.position.byte, layout);
  if (!options.resume && columns.unknown.length > 0) {
    steps.issues.push(unknownColumns(title, columns.unknown, headerLine));
  }
  try {
    while (reader.next() || (await reader.more())) {
      if (!reader.found) continue;
      const { bytes, start, end, line } = reader;
      if (isBlank(bytes, start, end)) continue;
      const fault = reader.tooLong
        ? tooLong(reader)
        : (row.read(bytes, start, end, reader.terminated) ?? batch.add(row, row.name(bytes), line));
      if (fault) steps.issues.push(rejected(fault, line, reader.byte, start));
      else layout.see(row, line);
      if (steps.isDue(reader.position.byte)) yield steps.take(reader.position);
    }
    yield steps.take(reader.position);
  } finally {
    await reader.close();
  }
}

async function locate(
  source: ByteSource,
  keys: readonly RowKey[],
  options: ReadOptions,
): Promise<readonly (readonly number[])[]> {
  const earlier = new EarlierLines(keys);
  const { reader, columns } = await openCsv(source, title, plan, { ...options, resume: undefined });
  const row = new PerLsRow(columns);
  try {
    while (reader.next() || (await reader.more())) {
      if (!reader.found || reader.tooLong) continue;
      const { bytes, start, end, line } = reader;
      if (line >= earlier.end) break;
      if (!row.readKey(bytes, start, end) || !earlier.concerns(row.run, row.lumisection)) continue;
      // only a row that was accepted can have come first
      if (row.read(bytes, start, end, reader.terminated)) continue;
      earlier.see(row.run, row.lumisection, row.name(bytes).toString('utf8'), line);
    }
  } finally {
    await reader.close();
  }
  return earlier.lines;
}
