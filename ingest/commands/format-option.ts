import { formatIds } from '../formats/registry.ts';
import { UsageError } from './command.ts';

/** @throws UsageError for an id that no format has, with those there are. */
export function assertFormat(id: string | undefined): void {
  if (id === undefined || formatIds.includes(id)) return;
  throw new UsageError(`--format: there is no format "${id}"; known are ${formatIds.join(', ')}`);
}
