/**
 * The parts of `/PrimaryDataset/Era-Processing-vN/TIER`, or of `/PrimaryDataset/UL2018`, which is all that the names
 * of per-run CSV files say; all null where a name has another form.
 */
export interface DatasetParts {
  /** `ZeroBias` */
  readonly primaryDataset: string | null;
  /** Acquisition era: `Run2023C` */
  readonly era: string | null;
  /** With its version: `PromptReco-v1` */
  readonly processing: string | null;
  /** `DQMIO` */
  readonly tier: string | null;
}

const FORM = /^\/(?<primaryDataset>[^/\s]+)\/(?<era>[^/\s-]+)-(?<processing>[^/\s]+)\/(?<tier>[A-Z0-9-]+)$/;
const SHORT_FORM = /^\/(?<primaryDataset>[^/\s]+)\/(?<processing>UL20\d\d)$/;

export function parseDatasetName(name: string): DatasetParts {
  const {
    primaryDataset = null,
    era = null,
    processing = null,
    tier = null,
  } = (FORM.exec(name) ?? SHORT_FORM.exec(name))?.groups ?? {};
  return { primaryDataset, era, processing, tier };
}

const MAX_DATASET_NAME_LENGTH = 500;

/**
 * Why no dataset can have this name, or null where one can. Names of another form than CMS's are allowed: the dataset
 * tells reconstructions of one run apart, and a private one has a name of its own.
 */
export function datasetNameProblem(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.length > MAX_DATASET_NAME_LENGTH) return `it is longer than ${MAX_DATASET_NAME_LENGTH} characters`;
  if (/[\s\p{Cc}]/u.test(name)) return 'it has white space or control characters in it';
  return null;
}

/**
 * When the runs of a dataset were taken, as far as its era says: `Run2018A` -> 2018, 2018A, A (so `HIRun2018A` and
 * `2018A`); all null for any other text, such as `CMSSW_13_0_0`.
 */
export function runPeriod(era: string | null): {
  readonly year: number | null;
  readonly era: string | null;
  readonly period: string | null;
} {
  const match = /^(?:HI)?(?:Run)?((?:19|20)\d\d)([A-Z])$/.exec(era ?? '');
  if (match === null) return { year: null, era: null, period: null };
  const [, year, period] = match as unknown as [string, string, string];
  return { year: Number(year), era: year + period, period };
}
