import { MAX_INT32 } from './int32.ts';

type MaskFieldType = 'int' | 'float' | 'text' | 'time';

/** What conditions of a mask may test of a lumisection, by name. */
export const LUMISECTION_FIELDS: Readonly<Record<string, MaskFieldType>> = {
  number: 'int',
  startedAt: 'time',
  endedAt: 'time',
  zeroBiasRate: 'float',
  deliveredLumi: 'float',
  recordedLumi: 'float',
  pileup: 'float',
};

/** And of its run, by name behind `run.`. */
export const RUN_FIELDS: Readonly<Record<string, MaskFieldType>> = {
  number: 'int',
  year: 'int',
  era: 'text',
  period: 'text',
  fill: 'int',
  startedAt: 'time',
  endedAt: 'time',
  initialLumi: 'float',
  endLumi: 'float',
  lumisectionCount: 'int',
  deliveredLumi: 'float',
  recordedLumi: 'float',
  energy: 'float',
  magneticField: 'float',
};

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/;

/** What is written as a value of the type; a text that says what is expected where it is none. */
export function readMaskValue(
  type: MaskFieldType,
  text: string,
): { readonly value: number | string | Date } | { readonly expected: string } {
  if (type === 'text') return { value: text };
  if (type === 'time') {
    const time = TIME.test(text) && isDay(text.slice(0, 10)) ? new Date(text) : undefined;
    return time !== undefined && !Number.isNaN(time.getTime())
      ? { value: time }
      : { expected: 'a time (2018-05-01T12:00:00Z)' };
  }
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (type === 'int') {
    return Number.isInteger(number) && Math.abs(number) <= MAX_INT32
      ? { value: number }
      : { expected: `an integer from ${-MAX_INT32} to ${MAX_INT32}` };
  }
  return Number.isFinite(number) ? { value: number } : { expected: 'a number' };
}

/** JavaScript takes 31 February for 3 March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
