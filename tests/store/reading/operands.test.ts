import { describe, expect, test } from 'vitest';
import type { FieldTest, Filter } from '../../../src/domain/filter.ts';
import type { Noun } from '../../../src/store/store.ts';
import { databases } from '../../support/databases.ts';
import { openedWorld } from './opened-world.ts';
import { makeWorld, TEXTS } from './world.ts';

const world = makeWorld(3);
const is = (field: string, op: FieldTest['op'], value: unknown): Filter => ({ kind: 'test', field, op, value });

describe.each(databases)('operands on $name', (database) => {
  const opened = openedWorld(database, world);

  const refused: [string, Noun, Filter, RegExp][] = [
    ['an integer past 32 bits', 'run', is('number', 'gte', 2 ** 31), /number: gte takes an integer .*, not 2147483648/],
    [
      'an integer past 32 bits in a list',
      'run',
      is('number', 'in', [1, -(2 ** 31) - 1]),
      /number: in takes an integer/,
    ],
    ['a fraction for an integer', 'run', is('fill', 'eq', 1.5), /fill: eq takes an integer .*, not 1.5/],
    ['an integer past 2^53', 'dataFile', is('size', 'gt', 2 ** 60), /size: gt takes an integer/],
    [
      'infinity',
      'lumisection',
      is('pileup', 'lt', Number.POSITIVE_INFINITY),
      /pileup: lt takes a finite number, not Infinity/,
    ],
    ['NaN', 'lumisection', is('pileup', 'eq', Number.NaN), /not NaN/],
    ['a time that is none', 'run', is('startedAt', 'lt', new Date(Number.NaN)), /startedAt: lt takes a time/],
    ['a time after the year 9999', 'run', is('startedAt', 'lt', new Date(8.64e15)), /takes a time/],
    ['text with a U+0000', 'run', is('era', 'eq', 'a\0b'), /era: eq takes well-formed text/],
    ['half a surrogate pair', 'run', is('era', 'contains', '\ud800'), /well-formed text/],
    ['null', 'run', is('era', 'eq', null), /era: eq takes/],
    ['a scalar for a list', 'run', is('era', 'in', 'a'), /era: in takes a list/],
    [
      'an operator the field has not',
      'run',
      is('number', 'contains', '1'),
      /number has no operator contains: it has eq/,
    ],
    [
      'a flag that does not exist',
      'lumisection',
      is('flagsOn', 'hasAll', ['x']),
      /flagsOn: hasAll takes one of beam1_present/,
    ],
    ['a broken regular expression', 'run', is('era', 'regex', '('), /bad regex/],
    ['a broken glob', 'monitorElement', is('path', 'glob', '[a'), /bad glob/],
    [
      'a broken glob of a related object',
      'lumisectionHistogram',
      { kind: 'related', field: 'monitorElement', of: is('path', 'glob', '[a') },
      /bad glob/,
    ],
    ['a field that does not exist', 'run', is('nonsense', 'eq', 1), /run has no field nonsense: it has number/],
    ['a field of every object', 'run', is('constructor', 'eq', 1), /run has no field constructor/],
    [
      'a related object that does not exist',
      'run',
      { kind: 'related', field: 'nonsense', of: is('a', 'eq', 1) },
      /run has no related nonsense/,
    ],
    [
      'a mask where there are no lumisections',
      'dataset',
      { kind: 'mask', mask: 'golden' },
      /mask is no condition on dataset/,
    ],
  ];

  test.each(refused)('refuse %s, naming the field', async (_, noun, where, message) => {
    const error = { code: 'BAD_USER_INPUT', message: expect.stringMatching(message) };
    await expect(opened.store.lists.page(noun, { first: 1, orderBy: [], where })).rejects.toMatchObject(error);
    await expect(opened.store.lists.count(noun, where)).rejects.toMatchObject(error);
  });

  test.each([
    ['bare', { kind: 'mask', mask: 'nowhere' }],
    ['beneath a NOT', { kind: 'not', of: { kind: 'mask', mask: 'nowhere' } }],
  ] as const)('refuse a mask of an unknown source, %s', async (_, where) => {
    await expect(opened.store.lists.page('lumisection', { first: 1, orderBy: [], where })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('golden'),
    });
  });

  const many = Array.from({ length: 10_000 }, (_, i) => i);
  test.each([
    ['integers', 'run', 'number', many.map((i) => 315_000 + i)],
    ['texts', 'run', 'era', many.map((i) => TEXTS[i] ?? `x"${i}`)],
    ['numbers with fractions', 'lumisection', 'pileup', many.map((i) => i / 10)],
    ['times', 'run', 'startedAt', many.map((i) => new Date(Date.UTC(2018, 4, 1) + i))],
    ['64-bit integers', 'dataFile', 'size', many.map((i) => 2 ** 40 + i)],
  ] as const)('take lists of 10,000 %s', async (_, noun, field, values) => {
    const list = values as readonly unknown[];
    const plain = new Set(list.map((value) => Number(value) || value));
    const rows = (world[noun] as unknown as Record<string, unknown>[]).map((row) => row[field]);
    const expected = rows.filter(
      (value) => value !== null && (plain.has(Number(value) || value) || (value === 0 && plain.has(0))),
    ).length;
    expect(expected).toBeGreaterThan(0);
    expect(await opened.store.lists.count(noun, is(field, 'in', list))).toBe(expected);
    expect(await opened.store.lists.count(noun, is(field, 'notIn', list))).toBe(rows.length - expected);
  });
});
