import { InvalidInputError } from '../domain/errors.ts';
import type { FieldTest, Operator } from '../domain/filter.ts';
import { MAX_INT32 } from '../domain/int32.ts';
import { isStorable } from '../domain/storable-text.ts';
import type { Parameter } from './database.ts';
import type { Field, FieldType } from './noun-info.ts';

const EQUALITY: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'isNull'];
const ORDERED: readonly Operator[] = [...EQUALITY, 'lt', 'lte', 'gt', 'gte'];

export const OPERATORS: Readonly<Record<FieldType, readonly Operator[]>> = {
  int: ORDERED,
  bigint: ORDERED,
  float: ORDERED,
  time: ORDERED,
  text: [...ORDERED, 'contains', 'startsWith', 'endsWith', 'glob', 'regex'],
  boolean: EQUALITY,
  flags: ['hasAll', 'hasAny'],
};

const TAKES_LIST = new Set<Operator>(['in', 'notIn', 'hasAll', 'hasAny']);

/** @throws InvalidInputError where the operator does not go with the field, or the operand with the operator. */
export function checkTest(test: FieldTest, field: Field): void {
  const { op, value } = test;
  if (!OPERATORS[field.type].includes(op)) {
    throw new InvalidInputError(`${test.field} has no operator ${op}: it has ${OPERATORS[field.type].join(', ')}`, {
      field: test.field,
      op,
    });
  }
  if (op === 'isNull') {
    if (typeof value !== 'boolean') throw refuse(test, value, 'true or false');
  } else if (TAKES_LIST.has(op)) {
    if (!Array.isArray(value)) throw refuse(test, value, 'a list');
    for (const element of value) checkValue(test, field, element);
  } else {
    checkValue(test, field, value);
  }
}

function checkValue(test: FieldTest, field: Field, value: unknown): void {
  const expected = misfit(field, value);
  if (expected !== undefined) throw refuse(test, value, expected);
}

// years outside would not sort as text
const FIRST_TIME = Date.UTC(1, 0, 1);
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** What the value should have been; undefined where it is as it should be. */
function misfit({ type, values }: Field, value: unknown): string | undefined {
  switch (type) {
    case 'int':
      if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_INT32) return;
      return `an integer from ${-MAX_INT32} to ${MAX_INT32}`;
    case 'bigint':
      if (Number.isSafeInteger(typeof value === 'bigint' ? Number(value) : value)) return;
      return `an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
    case 'float':
      if (typeof value === 'number' && Number.isFinite(value)) return;
      return 'a finite number';
    case 'time':
      if (value instanceof Date && value.getTime() >= FIRST_TIME && value.getTime() <= LAST_TIME) return;
      return 'a time between the years 1 and 9999';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'flags':
      return typeof value === 'string' && values?.includes(value) ? undefined : `one of ${values?.join(', ')}`;
    case 'text':
      // neither can be stored in both databases, so that no row could ever match
      if (typeof value === 'string' && isStorable(value)) return;
      return 'well-formed text without the character U+0000';
  }
}

function refuse(test: FieldTest, value: unknown, expected: string): InvalidInputError {
  const shown = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  const given = typeof value === 'number' ? String(value) : shown.slice(0, 200);
  return new InvalidInputError(`${test.field}: ${test.op} takes ${expected}, not ${given}`, {
    field: test.field,
    op: test.op,
    value: given,
  });
}

/** The operand as the driver takes it. */
export function toParameter(type: FieldType, value: unknown): Parameter {
  return type === 'bigint' ? Number(value) : (value as Parameter);
}

/** The value of a cursor as the driver takes it. @throws InvalidInputError for one that no cursor of this order has. */
export function cursorParameter(field: Field, value: string | number | null): Parameter {
  if (value === null && field.nullable) return null;
  const operand = field.type === 'time' && typeof value === 'number' ? new Date(value) : value;
  if (misfit(field, operand) !== undefined) {
    throw new InvalidInputError('The cursor does not belong to this list and order: take one from the same list', {
      field: 'cursor',
    });
  }
  return toParameter(field.type, operand);
}
