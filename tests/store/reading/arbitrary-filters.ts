import fc from 'fast-check';
import type { Filter, Operator } from '../../../src/domain/filter.ts';
import type { Field } from '../../../src/store/noun-info.ts';
import { nounInfo } from '../../../src/store/nouns.ts';
import { OPERATORS } from '../../../src/store/operands.ts';
import type { Noun } from '../../../src/store/store.ts';
import { arbitraryMask } from './mask-brute-force.ts';
import { NUMBERS, TEXTS, TIMES, type World } from './world.ts';

/** Any filter on the noun: every operator of every field, nested, through related nouns and masks. */
export function arbitraryFilter(world: World, noun: Noun, depth = 3): fc.Arbitrary<Filter> {
  const { fields, computed = {}, relations, mask, hasSets } = nounInfo(noun);
  const tests = fc
    .constantFrom(...Object.entries({ ...fields, ...computed }))
    .chain(([name, field]) =>
      fc.constantFrom(...OPERATORS[field.type]).chain((op) => arbitraryTest(world, noun, name, field, op)),
    );
  const leaves: fc.WeightedArbitrary<Filter>[] = [{ arbitrary: tests, weight: 4 }];
  if (mask) {
    leaves.push({
      arbitrary: fc.record({
        kind: fc.constant('mask' as const),
        mask: fc.oneof(fc.constantFrom('golden', 'rr', "o'dd"), arbitraryMask(world)),
      }),
      weight: 1,
    });
  }
  if (hasSets) {
    leaves.push({
      arbitrary: fc.record({
        kind: fc.constant('set' as const),
        set: fc.constantFrom('all', 'some', 'some@1', 'some@2', 'none'),
      }),
      weight: 2,
    });
  }
  if (depth > 0) {
    const part = fc.constant(null).chain(() => arbitraryFilter(world, noun, depth - 1));
    const parts = fc.array(part, { maxLength: 3 });
    leaves.push(
      { arbitrary: fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), of: parts }), weight: 2 },
      { arbitrary: fc.record({ kind: fc.constant('not' as const), of: part }), weight: 2 },
    );
    if (Object.keys(relations).length > 0) {
      const related = fc.constantFrom(...Object.entries(relations)).chain(([field, { noun: other }]) =>
        fc.record({
          kind: fc.constant('related' as const),
          field: fc.constant(field),
          of: arbitraryFilter(world, other, depth - 1),
        }),
      );
      leaves.push({ arbitrary: related, weight: 2 });
    }
  }
  return fc.oneof(...leaves);
}

function arbitraryTest(world: World, noun: Noun, name: string, field: Field, op: Operator): fc.Arbitrary<Filter> {
  const value = arbitraryValue(world, noun, name, field);
  const text = fc.constantFrom(...TEXTS, 'a*', '*b', '?', '[a-z]*', '*[!a]');
  const operands: Partial<Record<Operator, fc.Arbitrary<unknown>>> = {
    isNull: fc.boolean(),
    in: fc.array(value, { maxLength: 4 }),
    notIn: fc.array(value, { maxLength: 4 }),
    hasAll: fc.array(value, { maxLength: 3 }),
    hasAny: fc.array(value, { maxLength: 3 }),
    glob: text.filter((pattern) => !pattern.includes('[') || pattern.includes(']')),
    regex: fc.constantFrom('', '^a', 'b$', 'a.b', '[A-Z]', 'é|É', '^$'),
  };
  return fc.record({
    kind: fc.constant('test' as const),
    field: fc.constant(name),
    op: fc.constant(op),
    value: operands[op] ?? value,
    ...(field.type === 'text' && { insensitive: fc.boolean() }),
  });
}

/** Mostly values that rows have: others decide little. */
function arbitraryValue(world: World, noun: Noun, name: string, { type, values }: Field): fc.Arbitrary<unknown> {
  if (type === 'boolean') return fc.boolean();
  if (type === 'flags') return fc.constantFrom(...(values ?? []));
  if (type === 'text') return fc.constantFrom(...TEXTS, ...(values ?? []));
  if (type === 'time') return fc.constantFrom(...TIMES);
  if (type === 'float')
    return fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const known = ((world as unknown as Record<string, Record<string, unknown>[]>)[noun] ?? [])
    .map((row) => row[name])
    .filter((value) => typeof value === 'number');
  return fc.constantFrom(0, 1, 2, 3, ...(known as number[]));
}
