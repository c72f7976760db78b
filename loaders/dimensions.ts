import type { Reads } from '../src/store/store.ts';
import { byKey, sharedByKey } from './by-key.ts';

/** What histograms point to: each by its id. */
export const datasetLoader = (reads: Reads) =>
  sharedByKey(
    (ids: readonly number[]) => reads.datasets(ids),
    (id) => reads.datasets.known(id),
  );
export const monitorElementLoader = (reads: Reads) =>
  sharedByKey(
    (ids: readonly number[]) => reads.monitorElements(ids),
    (id) => reads.monitorElements.known(id),
  );
export const binningLoader = (reads: Reads) =>
  sharedByKey(
    (ids: readonly number[]) => reads.binnings(ids),
    (id) => reads.binnings.known(id),
  );

/** Whether monitor elements are marked as efficiencies, as it stands now. */
export const efficiencyLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.efficiencies(ids));

/** Descriptions of datasets, as they stand now. */
export const datasetDescriptionLoader = (reads: Reads) =>
  byKey((ids: readonly number[]) => reads.datasetDescriptions(ids));

/** How many histograms and scalar values a monitor element has, how many runs a dataset. */
export const histogramCountLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.histogramCounts(ids));
export const scalarCountLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.scalarCounts(ids));
export const runCountLoader = (reads: Reads) => byKey((ids: readonly number[]) => reads.runCounts(ids));
