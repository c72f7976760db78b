import { parseSetName } from '../domain/element-set.ts';
import { InvalidInputError, LimitExceededError } from '../domain/errors.ts';
import type { Filter, Operator } from '../domain/filter.ts';
import { parseMask } from '../domain/mask-expression-parser.ts';
import type { Field } from '../store/noun-info.ts';
import { NOUNS, nounInfo } from '../store/nouns.ts';
import type { Noun } from '../store/store.ts';
import { builder } from './builder.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { IdFilter, operatorsOf } from './filters.ts';
import { nodeKey } from './global-id.ts';

/** What arrives as a where-argument: fields, AND, OR, NOT and mask. */
export type WhereValue = Record<string, unknown>;

/** Conditions cost time to compile and the databases bound an expression; long lists belong into `in`. */
export const MAX_CONDITIONS = 500;
/** Nested objects of a where. */
export const MAX_WHERE_DEPTH = 100;
/** Every relation in a relation is a subquery in a subquery. */
export const MAX_RELATION_DEPTH = 8;

/** GraphQL names of the nouns. */
export const TYPE_NAMES: Readonly<Record<Noun, string>> = {
  run: 'Run',
  lumisection: 'Lumisection',
  lumisectionHistogram: 'LumisectionHistogram',
  runHistogram: 'RunHistogram',
  scalarValue: 'ScalarValue',
  qualityTest: 'QualityTest',
  dataset: 'Dataset',
  monitorElement: 'MonitorElement',
  certification: 'Certification',
  certificationVersion: 'CertificationVersion',
  savedMask: 'SavedMask',
  elementSet: 'ElementSet',
  note: 'Note',
  referenceChoice: 'ReferenceChoice',
  dataFile: 'DataFile',
  job: 'Job',
  ingestIssue: 'IngestIssue',
  task: 'Task',
  strategy: 'Strategy',
  strategyVersion: 'StrategyVersion',
  prediction: 'Prediction',
};

const MASK_OF = {
  lumisection:
    'Only in lumisections of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression of `& | -`, as `lumisectionMask` takes it. An unknown name is an error.',
  run: 'Only in runs with at least one lumisection of this mask: a certification source (what its newest version calls GOOD), a saved mask, or an expression, as `lumisectionMask` takes it. An unknown name is an error.',
};

const IN_SET =
  'Only monitor elements of this saved set (see `elementSets`): `NAME` for its newest version, `NAME@2` for the second. An unknown name is an error.';

/** The where-input of each noun, made from the store's list of nouns. */
const refs = Object.fromEntries(
  Object.entries(TYPE_NAMES).map(([noun, name]) => [noun, builder.inputRef<WhereValue>(`${name}Where`)]),
) as Record<Noun, ReturnType<typeof builder.inputRef<WhereValue>>>;

/** Keys of the nouns that have a number of their own: these can be selected by their ids. */
const idKeys = Object.fromEntries(
  (Object.keys(NOUNS) as Noun[])
    .filter((noun) => nounInfo(noun).key.join() === 'id')
    .map((noun) => [noun, nodeKey(TYPE_NAMES[noun], ['int'])]),
);

export const whereRef = (noun: Noun) => refs[noun];

for (const noun of Object.keys(NOUNS) as Noun[]) {
  const { relations, mask, hasSets } = nounInfo(noun);
  const descriptions: Readonly<Record<string, string>> = DESCRIPTIONS[noun];
  refs[noun].implement({
    description: `Conditions on a ${TYPE_NAMES[noun]}. All that are given must hold; an empty object always holds. A null inside is an error.`,
    fields: (t) => ({
      AND: t.field({ type: [refs[noun]], description: 'All of these hold (an empty list does).' }),
      OR: t.field({ type: [refs[noun]], description: 'At least one of these holds (an empty list does not).' }),
      NOT: t.field({
        type: refs[noun],
        description: 'This does not hold. A test of an absent value does not hold, so its NOT does.',
      }),
      ...Object.fromEntries(
        testsOf(noun).map(([name, field]) => [
          name,
          t.field({ type: operatorsOf(noun, name, field), description: descriptions[name] }),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(relations).map(([name, relation]) => [
          name,
          t.field({
            type: refs[relation.noun],
            description: `${relation.one ? 'It satisfies this' : 'At least one satisfies this'}: ${descriptions[name]}`,
          }),
        ]),
      ),
      ...(idKeys[noun] && { id: t.field({ type: IdFilter, description: 'Its id, as the field `id` gives it.' }) }),
      ...(hasSets && { set: t.string({ description: IN_SET }) }),
      ...(mask && { mask: t.string({ description: mask.lumisection ? MASK_OF.lumisection : MASK_OF.run }) }),
    }),
  });
}

function testsOf(noun: Noun): [string, Field][] {
  const { fields, computed } = nounInfo(noun);
  return Object.entries({ ...fields, ...computed }).filter(([, { internal }]) => !internal);
}

/**
 * A where-argument as the domain's filter; undefined where there is no condition.
 * @throws InvalidInputError for a null inside: it must neither mean "absent" nor silently widen the list.
 * @throws LimitExceededError for more, or deeper, conditions than a database takes.
 */
export function toFilter(noun: Noun, where: WhereValue | null | undefined): Filter | undefined {
  if (where === null || where === undefined) return undefined;
  const filter = flatten(mapWhere(noun, where, 'where', { conditions: 0 }, { depth: 1, relations: 0 }));
  return filter.kind === 'and' && filter.of.length === 0 ? undefined : filter;
}

/** How many conditions were met so far, in the whole where. */
interface Size {
  conditions: number;
}

interface Level {
  readonly depth: number;
  readonly relations: number;
}

function mapWhere(noun: Noun, where: WhereValue, path: string, size: Size, level: Level): Filter {
  assertWithin('levels of objects', level.depth, MAX_WHERE_DEPTH);
  assertWithin('relations in each other', level.relations, MAX_RELATION_DEPTH);
  assertWithin('conditions', ++size.conditions, MAX_CONDITIONS);
  const inner = { ...level, depth: level.depth + 1 };
  const of: Filter[] = [];
  for (const [name, given] of Object.entries(where)) {
    if (given === undefined) continue;
    const at = `${path}.${name}`;
    if (given === null || (Array.isArray(given) && given.includes(null))) throw refuseNull(at);
    const relation = nounInfo(noun).relations[name];
    if (name === 'AND' || name === 'OR') {
      const parts = given as WhereValue[];
      of.push({
        kind: name === 'AND' ? 'and' : 'or',
        of: parts.map((part, i) => mapWhere(noun, part, `${at}.${i}`, size, inner)),
      });
    } else if (name === 'NOT') {
      of.push({ kind: 'not', of: mapWhere(noun, given as WhereValue, at, size, inner) });
    } else if (name === 'mask') {
      parseMask(given as string, at);
      of.push({ kind: 'mask', mask: given as string });
    } else if (name === 'set') {
      parseSetName(given as string, at);
      of.push({ kind: 'set', set: given as string });
    } else if (name === 'id') {
      of.push(...mapOperators(name, given as WhereValue, at, (id) => idKeys[noun]?.parseGlobal(id as string)[0]));
    } else if (relation) {
      of.push({
        kind: 'related',
        field: name,
        of: mapWhere(relation.noun, given as WhereValue, at, size, { ...inner, relations: level.relations + 1 }),
      });
    } else {
      of.push(...mapOperators(name, given as WhereValue, at));
    }
  }
  return { kind: 'and', of };
}

function mapOperators(
  field: string,
  { mode, ...operators }: WhereValue,
  path: string,
  operand = (value: unknown) => value,
): Filter[] {
  return Object.entries(operators).flatMap(([op, value]): Filter[] => {
    if (value === undefined) return [];
    if (value === null || (Array.isArray(value) && value.includes(null))) throw refuseNull(`${path}.${op}`);
    const operands = Array.isArray(value) ? value.map(operand) : operand(value);
    return [
      {
        kind: 'test',
        field,
        op: op as Operator,
        value: operands,
        ...(mode === 'INSENSITIVE' && { insensitive: true }),
      },
    ];
  });
}

/** Without conjunctions of one part and conjunctions inside conjunctions. */
function flatten(filter: Filter): Filter {
  if (filter.kind === 'not' || filter.kind === 'related') return { ...filter, of: flatten(filter.of) };
  if (filter.kind !== 'and' && filter.kind !== 'or') return filter;
  const of = filter.of.map(flatten).flatMap((part) => (part.kind === filter.kind ? part.of : [part]));
  return of.length === 1 ? (of[0] as Filter) : { kind: filter.kind, of };
}

function assertWithin(what: string, actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new LimitExceededError(
    `where has more than ${limit} ${what}: ask for lists with \`in\`, or in several operations`,
    {
      field: 'where',
      limit,
    },
  );
}

const refuseNull = (path: string) =>
  new InvalidInputError(
    `${path} is null: leave it out for no condition, or ask for absent values with \`isNull: true\`.`,
    {
      field: path,
    },
  );
