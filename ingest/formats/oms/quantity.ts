import { isStorableTime } from '../../../src/domain/storable-time.ts';
import type { RowFault } from '../csv/fault.ts';
import type { Cell } from '../parquet/column-reader.ts';
import { shortened } from '../shortened.ts';
import { finiteOrBlank, isBlank, isFault } from '../table/cell-checks.ts';

type Cells = Readonly<Record<string, Cell | undefined>>;

/** Which power of ten of ours one of a unit is. OMS writes units as LaTeX: pb^{-1}, {\mu}b^{-1}, 10^{34}cm^{-2}s^{-1}. */
const POWERS = {
  /** 1/pb. */
  luminosity: {
    ...{ 'pb^{-1}': 0, 'fb^{-1}': 3, 'nb^{-1}': -3, '{\\mu}b^{-1}': -6, '\\mub^{-1}': -6, 'ub^{-1}': -6 },
    ...{ 'µb^{-1}': -6, 'mb^{-1}': -9, 'b^{-1}': -12 },
  },
  /** 10^34 / cm2 / s; see powerOf for powers of it. */
  instantaneous: { 'cm^{-2}s^{-1}': -34 },
  energy: { GeV: 0, TeV: 3, MeV: -3 },
  field: { T: 0, Tesla: 0 },
  number: {},
} as const satisfies Record<string, Record<string, number>>;

type Kind = keyof typeof POWERS;

/** Attribute `name` in our unit, converted from what `meta.row` says (else it is ours); null where it is blank. */
export function quantityOf(cells: Cells, name: string, kind: Kind): number | null | RowFault {
  const field = `attributes.${name}`;
  const value = finiteOrBlank(cells[field] ?? null, field);
  if (value === null || isFault(value)) return value;
  const whole = name.replace(/_per_lumisection$/, '');
  const unit = cells[`meta.row.${name}.units`] ?? cells[`meta.row.${whole}.units`] ?? null;
  if (isBlank(unit)) return value;
  const power = powerOf(String(unit).replace(/\s/g, ''), kind);
  if (power === undefined) {
    const reason = `a unit that is not known here; known are ${Object.keys(POWERS[kind]).join(', ')}`;
    return { code: 'UNKNOWN_UNIT', reason, field, value: shortened(String(unit)) };
  }
  // dividing by a power of ten is exact where multiplying by its inverse is not
  const converted = power < 0 ? value / 10 ** -power : value * 10 ** power;
  if (Number.isFinite(converted)) return converted;
  return { code: 'NOT_FINITE', reason: 'beyond a finite number once it is converted', field, value: String(value) };
}

function powerOf(unit: string, kind: Kind): number | undefined {
  const powers: Readonly<Record<string, number>> = POWERS[kind];
  const [, exponent = '0', plain = unit] = /^10\^\{(\d{1,2})\}(.+)$/.exec(unit) ?? [];
  return Object.hasOwn(powers, plain) ? (powers[plain] as number) + Number(exponent) : undefined;
}

/** A time in ISO 8601, of UTC where it names no zone; null where it is blank. */
export function timeOf(cells: Cells, name: string): Date | null | RowFault {
  const field = `attributes.${name}`;
  const cell = cells[field] ?? null;
  if (isBlank(cell)) return null;
  const text = String(cell).replace(' ', 'T');
  const time = new Date(/(Z|[-+]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && isStorableTime(time)) return time;
  return { code: 'NOT_A_TIME', reason: 'no time like 2018-04-30T12:00:00Z', field, value: shortened(String(cell)) };
}

/** Several values at once; the first of them that is a fault. */
export function allOf<T extends Record<string, unknown>>(
  values: T,
): { readonly [K in keyof T]: Exclude<T[K], RowFault> } | RowFault {
  for (const value of Object.values(values)) if (isFault(value)) return value;
  return values as { readonly [K in keyof T]: Exclude<T[K], RowFault> };
}
