/**
 * What the status codes of quality tests mean in CMSSW (DQMDefinitions). The higher of OK, WARNING and ERROR, the worse;
 * the others say why there is no judgement.
 */
const CODES = {
  OTHER: 30,
  DISABLED: 50,
  INVALID: 60,
  INSUFFICIENT_STATISTICS: 70,
  DID_NOT_RUN: 90,
  OK: 100,
  WARNING: 200,
  ERROR: 300,
} as const;

/** UNKNOWN: a code that is none of CMSSW's. */
export const QUALITY_STATUSES = [
  'OK',
  'WARNING',
  'ERROR',
  'OTHER',
  'DISABLED',
  'INVALID',
  'INSUFFICIENT_STATISTICS',
  'DID_NOT_RUN',
  'UNKNOWN',
] as const;

export type QualityStatus = (typeof QUALITY_STATUSES)[number];

/** The codes that have a name, with it. */
export const QUALITY_CODES: readonly (readonly [code: number, status: keyof typeof CODES])[] = (
  Object.entries(CODES) as [keyof typeof CODES, number][]
).map(([status, code]) => [code, status]);
