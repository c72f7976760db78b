/**
 * The dataset that the name of a file of DQMIO's content states with certainty, or the folders it lies in: null where they do not.
 * `ZeroBias-Run2023C-PromptReco-v1-DQMIO-...root` (or `.parquet`), and the experiment's own tree of folders
 * `/store/data/Run2023C/ZeroBias/DQMIO/PromptReco-v1/...` are `/ZeroBias/Run2023C-PromptReco-v1/DQMIO`.
 */
export function datasetOfName(name: string, path = name): string | null {
  const flat = /^([A-Za-z][A-Za-z0-9]*)-(Run\d{4}[A-Z]-[A-Za-z0-9_]+-v\d+)-(DQMIO)-.*\.(?:root|parquet)$/.exec(name);
  if (flat) return `/${flat[1]}/${flat[2]}/${flat[3]}`;
  const store = /\/store\/[a-z]+\/([A-Za-z0-9]+)\/([A-Za-z][A-Za-z0-9_-]*)\/([A-Z][A-Z-]*)\/([A-Za-z0-9_-]+-v\d+)\//;
  const found = store.exec(path);
  return found ? `/${found[2]}/${found[1]}-${found[4]}/${found[3]}` : null;
}
