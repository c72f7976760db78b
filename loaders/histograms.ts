import type {
  LumisectionHistogramKey,
  QualityTestKey,
  Reads,
  RunHistogramKey,
  ScalarValueKey,
} from '../src/store/store.ts';
import { byKey } from './by-key.ts';

const runKeyName = ({ runNumber, datasetId, monitorElementId }: RunHistogramKey) =>
  `${runNumber}:${datasetId}:${monitorElementId}`;
const lumisectionKeyName = (key: LumisectionHistogramKey) => `${runKeyName(key)}:${key.lumisectionNumber}`;

/** Histograms without their bins. */
export const lumisectionHistogramLoader = (reads: Reads) =>
  byKey((keys: readonly LumisectionHistogramKey[]) => reads.lumisectionHistograms(keys), lumisectionKeyName);
export const runHistogramLoader = (reads: Reads) =>
  byKey((keys: readonly RunHistogramKey[]) => reads.runHistograms(keys), runKeyName);

/** Bins as they are stored (see domain/codec.ts). Rows of histograms are keys as well. */
export const lumisectionBinsLoader = (reads: Reads) =>
  byKey((keys: readonly LumisectionHistogramKey[]) => reads.lumisectionBins(keys), lumisectionKeyName);
export const runBinsLoader = (reads: Reads) =>
  byKey((keys: readonly RunHistogramKey[]) => reads.runBins(keys), runKeyName);

/** Lumisection 0 for run level. */
export const contributionsLoader = (reads: Reads) =>
  byKey((keys: readonly LumisectionHistogramKey[]) => reads.contributions(keys), lumisectionKeyName);

export const scalarValueLoader = (reads: Reads) =>
  byKey((keys: readonly ScalarValueKey[]) => reads.scalarValues(keys), lumisectionKeyName);
export const qualityTestLoader = (reads: Reads) =>
  byKey(
    (keys: readonly QualityTestKey[]) => reads.qualityTests(keys),
    (key) => `${lumisectionKeyName(key)}:${key.name}`,
  );
