/**
 * Fields of conditions. Their order is the bit position in `condition_contribution.fields` and must never change: append,
 * up to 31 in each table.
 */
export const RUN_FIELDS = [
  'year',
  'era',
  'period',
  'fill',
  'startedAt',
  'endedAt',
  'initialLumi',
  'endLumi',
  'lumisectionCount',
  'deliveredLumi',
  'recordedLumi',
  'energy',
  'magneticField',
] as const;

export const LUMISECTION_FIELDS = [
  'startedAt',
  'endedAt',
  'zeroBiasRate',
  'deliveredLumi',
  'recordedLumi',
  'pileup',
] as const;

/** What the name of a dataset tells of a run as well (see run-rows.ts): the first three of RUN_FIELDS. */
export const NAMED_FIELDS = 0b111;

/** Column of a field. */
export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The fields of a bit set. */
export const fieldsIn = (fields: readonly string[], bits: number): string[] =>
  fields.filter((_, place) => (bits & (1 << place)) !== 0);
