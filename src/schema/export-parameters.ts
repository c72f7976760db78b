import { coerceInputValue, type GraphQLInputType } from 'graphql';
import type { PackedType } from '../domain/bins-text.ts';
import { InvalidInputError, NotFoundError } from '../domain/errors.ts';
import { bothOf, type Filter } from '../domain/filter.ts';
import { type ExportRequest, keyOfCursor } from '../export/export-request.ts';
import type { Store } from '../store/store.ts';
import { schema } from './index.ts';
import { TYPE_NAMES, toFilter, type WhereValue } from './where.ts';

/** Parameters of an export, in a URL and on the command line alike, with what they are. */
export const EXPORT_PARAMETERS = {
  level: 'lumisection (unless told) or run: which histograms',
  monitorElement: 'path exactly as stored',
  set: 'only monitor elements of this saved set, as elementSets of the graph names it',
  dataset: 'whole name',
  run: 'numbers and ranges, both ends inclusive: 315257,315259-315270',
  mask: 'only lumisections of this mask',
  where: 'further conditions, as JSON of LumisectionHistogramWhere or RunHistogramWhere',
  type: 'FLOAT64 (unless told), FLOAT32 or INT32: numbers of .arrow, .parquet and .npy, of no other format',
  flow: 'true: with under- and overflow bins',
  limit: 'most rows',
  after: 'only what follows this cursor of the same export',
} as const;
export type ExportParameter = keyof typeof EXPORT_PARAMETERS;

const TYPES: readonly string[] = ['FLOAT64', 'FLOAT32', 'INT32'];
const MOST_CHARACTERS = 100_000;
const MOST_RANGES = 1_000;

/**
 * The same filters as the graph's. `isText`: the format writes numbers as text, whatever their type.
 * @throws InvalidInputError, LimitExceededError
 */
export function exportRequest(given: Readonly<Record<string, string>>, isText: boolean): ExportRequest {
  refuseUnknown(given, EXPORT_PARAMETERS);
  if (isText && given.type !== undefined) throw refuse('type', 'numbers are text in this format: leave the type out');
  const { level = 'lumisection', monitorElement, set } = given as Readonly<Partial<Record<ExportParameter, string>>>;
  if (level !== 'lumisection' && level !== 'run') throw refuse('level', `'${level}' is neither lumisection nor run`);
  const noun = level === 'run' ? 'runHistogram' : 'lumisectionHistogram';
  const where = conditionsOf(noun, given, [
    {
      ...((monitorElement ?? set) !== undefined && {
        monitorElement: {
          ...(monitorElement !== undefined && { path: { eq: monitorElement } }),
          ...(set !== undefined && { set }),
        },
      }),
    },
  ]);
  return {
    noun,
    where,
    after: given.after === undefined ? undefined : keyOfCursor(noun, given.after),
    limit: limitOf(given),
    ...numbersOf(given),
    asked: given,
  };
}

type Given = Readonly<Record<string, string>>;

/** @throws InvalidInputError for a parameter that is none of these. */
export function refuseUnknown(given: Given, known: Given): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known).join(', ');
    throw refuse(
      name,
      names === '' ? 'this export takes no parameters' : `there is no such parameter: there are ${names}`,
    );
  }
}

/**
 * A typing mistake must not pass for an empty file.
 * @throws NotFoundError for a monitor element or a dataset that is not there
 */
export async function requireNamed(
  { reads }: Pick<Store, 'reads'>,
  { monitorElement, dataset }: { readonly [name in 'monitorElement' | 'dataset']?: string | undefined },
): Promise<void> {
  const unknown = (field: string, what: string, name: string) =>
    new NotFoundError(
      `${field}: ${what} ${JSON.stringify(name)}${name.includes(' ') ? '. In a URL + stands for a blank: a + is %2B' : ''}`,
      { field },
    );
  if (monitorElement !== undefined && (await reads.monitorElementByPath(monitorElement)) === null) {
    throw unknown('monitorElement', 'no monitor element has the path', monitorElement);
  }
  if (dataset !== undefined && (await reads.datasetByName(dataset)) === null) {
    throw unknown('dataset', 'no dataset has the name', dataset);
  }
}

/** What `dataset`, `run`, `mask` and `where` of an export say, and these conditions besides. @throws InvalidInputError */
export function conditionsOf(
  noun: ExportRequest['noun'],
  { dataset, run, mask, where }: Given,
  further: readonly WhereValue[] = [],
): Filter | undefined {
  const simple: WhereValue = {
    ...(dataset !== undefined && { dataset: { name: { eq: dataset } } }),
    ...(mask !== undefined && { mask }),
    ...(run !== undefined && { OR: rangesOf(run) }),
  };
  const given = where === undefined ? {} : coerced('where', `${TYPE_NAMES[noun]}Where`, where);
  const filters = [...further, simple, given].map((value) => toFilter(noun, value as WhereValue));
  const conditions = filters.filter((filter) => filter !== undefined);
  return conditions.length === 0 ? undefined : bothOf(...conditions);
}

/** What `type` and `flow` say. @throws InvalidInputError */
export function numbersOf(given: Given): { type: PackedType; flow: boolean } {
  const type = (given.type ?? 'FLOAT64').toUpperCase();
  if (!TYPES.includes(type)) throw refuse('type', `'${given.type}' is none of ${TYPES.join(', ')}`);
  const { flow = 'false' } = given;
  if (flow !== 'true' && flow !== 'false') throw refuse('flow', `'${flow}' is neither true nor false`);
  return { type: type as PackedType, flow: flow === 'true' };
}

export const limitOf = ({ limit }: Given): number =>
  limit === undefined ? Number.MAX_SAFE_INTEGER : wholeNumber('limit', limit);

/** JSON of an input of the graph. @throws InvalidInputError */
export function coerced(field: string, typeName: string, text: string): unknown {
  if (text.length > MOST_CHARACTERS) throw refuse(field, `more than ${MOST_CHARACTERS} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(field, `this is no JSON: ${(cause as Error).message}`);
  }
  return coerceInputValue(value, schema.getType(typeName) as GraphQLInputType, (path, _value, { message }) => {
    throw refuse([field, ...path].join('.'), message);
  });
}

function rangesOf(text: string): WhereValue[] {
  const parts = text.split(',');
  if (parts.length > MOST_RANGES) throw refuse('run', `more than ${MOST_RANGES} ranges`);
  return parts.map((part) => {
    const [first = '', last = first, ...more] = part.trim().split('-');
    if (more.length > 0) throw refuse('run', `'${part}' is no number and no range`);
    const [gte, lte] = [wholeNumber('run', first), wholeNumber('run', last)];
    if (gte < 1) throw refuse('run', `'${part}': runs are counted from 1`);
    if (lte < gte) throw refuse('run', `'${part}' ends before it begins`);
    return { run: { number: gte === lte ? { eq: gte } : { gte, lte } } };
  });
}

function wholeNumber(field: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw refuse(field, `'${text.slice(0, 50)}' is no whole number below 10^9`);
}

export const refuse = (field: string, what: string) =>
  new InvalidInputError(`${field}: ${what.slice(0, 1000)}`, { field });
