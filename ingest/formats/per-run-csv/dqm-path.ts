/** A path as DQM files write it, taken apart. */
export interface DqmPath {
  /** `<Subsystem>/<rest>`. */
  readonly monitorElement: string;
  /** The run of the folder `Run N`, null where there is none. */
  readonly run: number | null;
}

/**
 * `DQMData/Run 315257/CSC/Run summary/.../name;1` -> `CSC/.../name`: the folders that every harvested file wraps around
 * its monitor elements and ROOT's cycle are no part of their names. A path without them stays as it is. Null where
 * no monitor element can have that path (no folder, an empty part).
 */
export function dqmPath(text: string): DqmPath | null {
  const parts = text.replace(/;\d+$/, '').split('/');
  if (parts[0] === 'DQMData') parts.shift();
  const run = /^Run (\d+)$/.exec(parts[0] ?? '')?.[1];
  if (run !== undefined) parts.shift();
  if (parts[1] === 'Run summary') parts.splice(1, 1);
  if (parts.length < 2 || parts.some((part) => part === '')) return null;
  return { monitorElement: parts.join('/'), run: run === undefined ? null : Number(run) };
}
