import { formatIds } from '../formats/registry.ts';
import { UsageError } from './command.ts';

/** All formats there are, for `--help`, in lines of its width. */
export const formatsHelp = `Formats are known by content, text also gzipped (docs/formats.md): ${formatIds.join(', ')}.`
  .replaceAll(/(.{1,118})(?: |$)/g, '$1\n')
  .trimEnd();

/** @throws UsageError for an id that no format has, with those there are. */
export function assertFormat(id: string | undefined): void {
  if (id === undefined || formatIds.includes(id)) return;
  throw new UsageError(`--format: there is no format "${id}"; known are ${formatIds.join(', ')}`);
}
