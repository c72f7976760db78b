import type { FractionBatch } from '../../../src/domain/record.ts';
import { counted, finiteOrBlank, isFault } from '../table/cell-checks.ts';
import { tableFormat } from '../table/table-format.ts';

const FRACTION = /^fraction_([a-z0-9]+)_GOOD$/;

/** Run Registry's table of runs: the share of good lumisections of each subsystem, kept as such. */
export const runRegistryRuns = tableFormat<FractionBatch['fractions'][number]>({
  id: 'run-registry-runs',
  title: 'Run Registry run table',
  needs: 'source',
  looksFor: 'a CSV, JSON or Parquet table with the column run_number and columns like fraction_pixel_GOOD',
  fits: (columns) => columns.includes('run_number') && columns.some((name) => FRACTION.test(name)),
  itemsOf({ line, cells }) {
    const run = counted(cells.run_number ?? null, 'run_number');
    if (isFault(run)) return run;
    const fractions = [];
    for (const [name, cell] of Object.entries(cells)) {
      const subsystem = FRACTION.exec(name)?.[1];
      if (subsystem === undefined) continue;
      const fraction = finiteOrBlank(cell ?? null, name);
      if (isFault(fraction)) return fraction;
      if (fraction === null) continue;
      if (fraction < 0 || fraction > 1) {
        return { code: 'OUT_OF_RANGE', reason: 'a share is from 0 to 1', field: name, value: String(fraction) };
      }
      fractions.push({ line, run, subsystem, fraction });
    }
    return fractions;
  },
  batchOf: (fractions) => ({ kind: 'fractions', fractions }),
});
