import type { PackedType } from '../domain/bins-text.ts';
import { InvalidInputError } from '../domain/errors.ts';
import type { CursorValues, Filter } from '../domain/filter.ts';
import type { HistogramNoun } from '../store/histogram-runs.ts';

/** What is to be exported, and how bins are to be told. */
export interface ExportRequest {
  readonly noun: HistogramNoun;
  readonly where: Filter | undefined;
  /** Only what follows this key. */
  readonly after: CursorValues | undefined;
  /** Most rows. */
  readonly limit: number;
  /** Of the numbers in binary formats. */
  readonly type: PackedType;
  readonly flow: boolean;
  /** The request as it was made, for the provenance: names of parameters and their texts. */
  readonly asked: Readonly<Record<string, string>>;
}

/** Version of the columns and of the provenance: grows when what a reader relies on changes. */
export const EXPORT_VERSION = 1;

const PREFIX: Readonly<Record<HistogramNoun, string>> = { lumisectionHistogram: 'L', runHistogram: 'R' };
const LENGTH: Readonly<Record<HistogramNoun, number>> = { lumisectionHistogram: 4, runHistogram: 3 };

/** Where an export ended: the key of its last row, as a text that stands in a URL as it is. */
export const exportCursor = (noun: HistogramNoun, key: CursorValues): string => `${PREFIX[noun]}${key.join('-')}`;

/** @throws InvalidInputError for what exportCursor never gave for this level. */
export function keyOfCursor(noun: HistogramNoun, cursor: string): CursorValues {
  const key = cursor.slice(1).split('-').map(Number);
  const isKey = key.length === LENGTH[noun] && key.every((value) => Number.isInteger(value) && value <= 0x7fff_ffff);
  if (isKey && exportCursor(noun, key) === cursor) return key;
  throw new InvalidInputError(`after: '${cursor.slice(0, 100)}' is no cursor of such an export`, { field: 'after' });
}
