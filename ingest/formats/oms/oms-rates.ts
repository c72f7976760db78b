import { MAX_LUMISECTION } from '../../../src/domain/lumi-mask.ts';
import type { LumisectionRecord } from '../../../src/domain/record.ts';
import { counted, finiteOrBlank, isFault } from '../table/cell-checks.ts';
import { tableFormat } from '../table/table-format.ts';

const RUN = 'attributes.run_number';
const LUMISECTION = 'attributes.first_lumisection_number';
const RATE = 'attributes.rate';

/** Rates of the zero-bias trigger by lumisection, as OMS gives them, in Hz. */
export const omsRates = tableFormat<LumisectionRecord>({
  id: 'oms-rates',
  title: 'OMS rate table',
  needs: null,
  looksFor: `a CSV, JSON or Parquet table with the columns ${RUN}, ${LUMISECTION}, ${RATE}`,
  fits: (columns) => [RUN, LUMISECTION, RATE].every((name) => columns.includes(name)),
  itemsOf({ line, cells }) {
    const run = counted(cells[RUN] ?? null, RUN);
    if (isFault(run)) return run;
    const number = counted(cells[LUMISECTION] ?? null, LUMISECTION, MAX_LUMISECTION);
    if (isFault(number)) return number;
    const zeroBiasRate = finiteOrBlank(cells[RATE] ?? null, RATE);
    if (isFault(zeroBiasRate)) return zeroBiasRate;
    if (zeroBiasRate !== null && zeroBiasRate < 0) {
      return { code: 'OUT_OF_RANGE', reason: 'a rate is not negative', field: RATE, value: String(zeroBiasRate) };
    }
    return [{ run, number, line, zeroBiasRate }];
  },
  batchOf: (lumisections) => ({ kind: 'lumisections', lumisections }),
});
