/** What the name of a per-run CSV says. */
export interface PerRunFileName {
  readonly primaryDataset: string;
  readonly run: number;
  /** `/ZeroBias/UL2018`: what the name is sure of, and no more; neither era nor version nor tier stand in it. */
  readonly dataset: string;
}

/** `ZeroBias_315257_UL2018.csv`; null for any other name. */
export function perRunFileName(name: string): PerRunFileName | null {
  const found = /^([A-Za-z][A-Za-z0-9-]*)_([1-9]\d{0,9})_(UL20\d\d)\.csv$/.exec(name);
  if (!found) return null;
  const [, primaryDataset = '', run = '', processing = ''] = found;
  return { primaryDataset, run: Number(run), dataset: `/${primaryDataset}/${processing}` };
}
