import { GraphQLError } from 'graphql';
import type { ErrorCode } from './error-codes.ts';

/** A refusal of a multipart request, in its own words. */
export const badMultipart = (message: string) =>
  new GraphQLError(`The multipart request is malformed: ${message}`, {
    extensions: { code: 'BAD_REQUEST' satisfies ErrorCode, http: { status: 400 } },
  });

/** Where the files of a request belong: name of a part -> its place in the operations. */
export type FileMap = ReadonlyMap<string, readonly string[]>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The field `operations`: one operation, or an array of them. */
export function parseOperations(text: string): Record<string, unknown> | unknown[] {
  const operations = parse('operations', text);
  if (isObject(operations) || Array.isArray(operations)) return operations as Record<string, unknown> | unknown[];
  throw badMultipart('the field "operations" is neither a JSON object nor an array');
}

/**
 * The field `map`: `{"0": ["variables.input.file"]}`.
 * @throws GraphQLError for a part that belongs nowhere or to several places (each file is one upload), or two that belong to one.
 */
export function parseMap(text: string): FileMap {
  const map = parse('map', text);
  if (!isObject(map)) throw badMultipart('the field "map" is no JSON object');
  const places = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const [part, paths] of Object.entries(map)) {
    const [path, ...others] = Array.isArray(paths) ? paths : [];
    if (typeof path !== 'string' || others.length > 0) {
      throw badMultipart(`"map" has to give part ${JSON.stringify(part)} an array of one path`);
    }
    if (taken.has(path)) throw badMultipart(`"map" gives two parts the place ${JSON.stringify(path)}`);
    taken.add(path);
    places.set(part, path.split('.'));
  }
  return places;
}

/** Puts a file in its place, where the operations have to have a null. */
export function putInPlace(operations: object, place: readonly string[], file: unknown): void {
  let parent: unknown = operations;
  for (const step of place.slice(0, -1)) parent = own(parent, step);
  const last = place.at(-1) as string;
  if (own(parent, last) !== null) {
    throw badMultipart(`"map" points to ${JSON.stringify(place.join('.'))}, where "operations" has no null`);
  }
  (parent as Record<string, unknown>)[last] = file;
}

/** A property of the object's own: what an object inherits is nobody's to change. */
function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key) || key === '__proto__')
    return undefined;
  return (value as Record<string, unknown>)[key];
}

function parse(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badMultipart(`the field "${field}" is not JSON: ${(error as Error).message}`);
  }
}
