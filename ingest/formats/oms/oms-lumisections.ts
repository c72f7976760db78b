import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import { isLumisectionFlag, type LumisectionFlag } from '../../../src/domain/lumisection-flags.ts';
import type { IssueRecord, LumisectionRecord } from '../../../src/domain/record.ts';
import type { ByteSource } from '../../source.ts';
import { type RowFault, rejectedRow } from '../csv/fault.ts';
import { batchLimits, type Format, type ReadOptions, type ReadStep } from '../format.ts';
import { counted, endsBeforeItBegins, flagOf, isFault } from '../table/cell-checks.ts';
import { sharedLists } from '../table/shared-lists.ts';
import type { TableRow } from '../table/table.ts';
import { openFitting, recognisesTable } from '../table/table-format.ts';
import { allOf, quantityOf, timeOf } from './quantity.ts';

const RUN = 'attributes.run_number';
const LUMISECTION = 'attributes.lumisection_number';
const title = 'OMS lumisections';
const looksFor = `an answer of the OMS API, or a table, with ${RUN} and ${LUMISECTION}`;
const fits = (columns: readonly string[]) => columns.includes(RUN) && columns.includes(LUMISECTION);

/**
 * Conditions of lumisections as OMS's API gives them (`/lumisections`), or as a table of its attributes. Its luminosities
 * count up within a run: those of one lumisection are what the next one has more, unknown for the last one and before a
 * gap, unless OMS states them itself (`*_per_lumisection`). All rows are held, for the next one may stand anywhere.
 */
export const omsLumisections: Format = {
  id: 'oms-lumisections',
  title,
  needs: null,
  looksFor,
  ...recognisesTable(title, fits),
  read,
};

/** As a row says it, with luminosities that count up. */
interface Stated extends LumisectionRecord {
  readonly flagsOn: readonly LumisectionFlag[];
  readonly flagsOff: readonly LumisectionFlag[];
  readonly deliveredSoFar: number | null;
  readonly recordedSoFar: number | null;
}

async function* read(source: ByteSource, options: ReadOptions): AsyncGenerator<ReadStep> {
  const table = await openFitting({ title, looksFor, fits }, source);
  const stated: Stated[] = [];
  const issues: IssueRecord[] = [...table.notes];
  const once = sharedLists<LumisectionFlag>();
  for await (const row of table.rows()) {
    const found = row.fault ?? statedBy(row);
    if (isFault(found)) issues.push(rejectedRow(found, row.line));
    else stated.push({ ...found, flagsOn: once(found.flagsOn), flagsOff: once(found.flagsOff) });
  }
  const luminosities = new Luminosities(stated);
  const { rows } = batchLimits(options);
  const end = Math.max(source.stamp.size, stated.length + 1);
  const done = options.resume?.line ?? 0;
  const finished = (options.resume?.byte ?? 0) >= end;
  for (let at = done; at < stated.length && !finished; at += rows) {
    const lumisections = stated.slice(at, at + rows).map((row) => luminosities.record(row));
    const line = at + lumisections.length;
    const byte = Math.max(line, Math.floor(((end - 1) / stated.length) * line));
    const batch = { kind: 'lumisections', lumisections } as const;
    yield { batch, issues: at === 0 ? issues : [], position: { byte, line } };
  }
  const untold = stated.length === 0 && !finished ? issues : [];
  yield { batch: null, issues: untold, position: { byte: end, line: stated.length } };
}

function statedBy({ line, cells }: TableRow): Stated | RowFault {
  const run = counted(cells[RUN] ?? null, RUN);
  if (isFault(run)) return run;
  const number = counted(cells[LUMISECTION] ?? null, LUMISECTION, MAX_LUMISECTION);
  if (isFault(number)) return number;
  const flagsOn: LumisectionFlag[] = [];
  const flagsOff: LumisectionFlag[] = [];
  for (const [column, cell] of Object.entries(cells)) {
    const name = column.replace(/^attributes\./, '');
    if (name === column || !isLumisectionFlag(name)) continue;
    const flag = flagOf(cell ?? null, column);
    if (isFault(flag)) return flag;
    if (flag !== null) (flag ? flagsOn : flagsOff).push(name);
  }
  const values = allOf({
    startedAt: timeOf(cells, 'start_time'),
    endedAt: timeOf(cells, 'end_time'),
    deliveredLumi: quantityOf(cells, 'delivered_lumi_per_lumisection', 'luminosity'),
    recordedLumi: quantityOf(cells, 'recorded_lumi_per_lumisection', 'luminosity'),
    deliveredSoFar: quantityOf(cells, 'delivered_lumi', 'luminosity'),
    recordedSoFar: quantityOf(cells, 'recorded_lumi', 'luminosity'),
    pileup: quantityOf(cells, 'pileup', 'number'),
  });
  if (isFault(values)) return values;
  const disorder = endsBeforeItBegins(values.startedAt, values.endedAt, 'attributes.end_time');
  return disorder ?? { run, number, line, flagsOn, flagsOff, ...values };
}

/** Luminosities of lumisections by what the next one has more. */
class Luminosities {
  readonly #runs = new Map<number, Map<number, Stated>>();

  constructor(stated: readonly Stated[]) {
    for (const row of stated) {
      if (row.deliveredSoFar === null && row.recordedSoFar === null) continue;
      const ofRun = this.#runs.get(row.run) ?? new Map<number, Stated>();
      this.#runs.set(row.run, ofRun.set(row.number, row));
    }
  }

  record({ deliveredSoFar, recordedSoFar, ...row }: Stated): LumisectionRecord {
    const next = this.#runs.get(row.run)?.get(row.number + 1);
    return {
      ...row,
      deliveredLumi: row.deliveredLumi ?? more(deliveredSoFar, next?.deliveredSoFar),
      recordedLumi: row.recordedLumi ?? more(recordedSoFar, next?.recordedSoFar),
    };
  }
}

/** Null where either is unknown, and where it counts down: then it does not count up. */
function more(now: number | null, next: number | null | undefined): number | null {
  return now === null || next == null || next < now ? null : next - now;
}
