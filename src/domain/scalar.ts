import type { ScalarType } from './record.ts';

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** As C prints what is not finite. */
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;

/** What is wrong with the text of a value; null when it may stand. */
export function scalarProblem(type: ScalarType, value: string): string | null {
  if (type === 'INT' && !INTEGER.test(value)) return 'is no integer';
  if (type === 'FLOAT' && !DECIMAL.test(value) && !NOT_FINITE.test(value)) return 'is no number';
  return null;
}

/** The nearest float64 of a value; null for texts and for what is not finite. */
export function scalarNumber(type: ScalarType, value: string): number | null {
  if (type === 'STRING') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** The text of a number that a source holds as bytes: the shortest that reads back to it; `nan`, `inf`, `-inf`. */
export function scalarText(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** The same text for values that are the same: `+7` and `7`, `1.50` and `1.5`. */
export function canonicalScalar(type: ScalarType, value: string): string {
  if (type === 'INT' && INTEGER.test(value)) return `INT ${BigInt(value.replace(/^\+/, ''))}`;
  const number = type === 'FLOAT' ? scalarNumber(type, value) : null;
  return `${type} ${number ?? value}`;
}
