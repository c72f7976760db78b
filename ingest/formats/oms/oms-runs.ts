import { runPeriod } from '../../../src/domain/dataset-name.ts';
import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { RunRecord } from '../../../src/domain/record.ts';
import type { Cell } from '../parquet/column-reader.ts';
import { counted, endsBeforeItBegins, isBlank, isFault } from '../table/cell-checks.ts';
import { tableFormat } from '../table/table-format.ts';
import { allOf, quantityOf, timeOf } from './quantity.ts';

const RUN = 'attributes.run_number';
const ERA = 'attributes.era';
const TELLING = ['fill_number', 'start_time', 'delivered_lumi', 'recorded_lumi', 'b_field', 'energy'];

/** `2018A` of `Run2018A` (OMS writes either); null where it is no era. */
export const eraOf = (text: string): string | null => /^(?:Run)?(\d{4}[A-Z]\w*)$/.exec(text)?.[1] ?? null;

/** Year, era and period, as a dataset of the era has them. */
function periodOf(cell: Cell | undefined) {
  const text = typeof cell === 'string' ? cell : null;
  const told = runPeriod(text);
  return told.era === null ? { ...told, era: text && eraOf(text) } : told;
}

/** Conditions of runs as OMS's API gives them (`/runs`), or as a table of its attributes. */
export const omsRuns = tableFormat<RunRecord>({
  id: 'oms-runs',
  title: 'OMS runs',
  needs: null,
  looksFor: `an answer of the OMS API, or a table, with ${RUN} and one of ${TELLING.join(', ')}`,
  fits: (columns) =>
    columns.includes(RUN) &&
    TELLING.some((name) => columns.includes(`attributes.${name}`)) &&
    !columns.includes('attributes.lumisection_number') &&
    !columns.includes('attributes.first_lumisection_number'),
  itemsOf({ line, cells }) {
    const number = counted(cells[RUN] ?? null, RUN);
    if (isFault(number)) return number;
    const optional = (name: string, most?: number) =>
      isBlank(cells[`attributes.${name}`] ?? null)
        ? null
        : counted(cells[`attributes.${name}`] ?? null, `attributes.${name}`, most);
    const values = allOf({
      fill: optional('fill_number'),
      lumisectionCount: optional('last_lumisection_number', MAX_LUMISECTION),
      startedAt: timeOf(cells, 'start_time'),
      endedAt: timeOf(cells, 'end_time'),
      initialLumi: quantityOf(cells, 'init_lumi', 'instantaneous'),
      endLumi: quantityOf(cells, 'end_lumi', 'instantaneous'),
      deliveredLumi: quantityOf(cells, 'delivered_lumi', 'luminosity'),
      recordedLumi: quantityOf(cells, 'recorded_lumi', 'luminosity'),
      energy: quantityOf(cells, 'energy', 'energy'),
      magneticField: quantityOf(cells, 'b_field', 'field'),
    });
    if (isFault(values)) return values;
    const disorder = endsBeforeItBegins(values.startedAt, values.endedAt, 'attributes.end_time');
    return disorder ?? [{ number, line, ...periodOf(cells[ERA]), ...values }];
  },
  noteOf({ cells }) {
    const era = cells[ERA] ?? null;
    if (isBlank(era) || periodOf(era).era !== null) return null;
    const reason = 'have an era that does not read 2018A or Run2018A: it is not kept';
    return { code: 'ERA_NOT_KEPT', field: ERA, value: String(era), reason };
  },
  batchOf: (runs) => ({ kind: 'runs', runs }),
});
