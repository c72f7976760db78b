import { InvalidInputError } from '../domain/errors.ts';
import { isStorable } from '../domain/storable-text.ts';

/** What a part of a key is: a non-negative 32-bit integer, or any text. */
export type KeyPart = 'int' | 'text';

type KeyValues<Parts extends readonly KeyPart[]> = { [I in keyof Parts]: Parts[I] extends 'int' ? number : string };

const nodeTypes = new Set<string>();

/**
 * The key of a type as it stands in its global IDs: parts joined by ':' (text percent-encoded).
 * `parse` takes exactly what `format` gives: one object has one id.
 */
export function nodeKey<const Parts extends readonly KeyPart[]>(typename: string, parts: Parts) {
  nodeTypes.add(typename);
  const parse = (id: string): KeyValues<Parts> => {
    const refuse = () => invalidId(encodeGlobalId(typename, id));
    const texts = id.split(':');
    if (texts.length !== parts.length) throw refuse();
    return parts.map((part, i) => parsePart(part, texts[i] as string, refuse)) as KeyValues<Parts>;
  };
  return {
    format: (values: KeyValues<Parts>): string => values.map((value) => encodeURIComponent(value)).join(':'),
    parse,
    /** The key of a whole global ID, which must be one of this type. */
    parseGlobal(globalId: string): KeyValues<Parts> {
      const decoded = decodeGlobalId(globalId);
      if (decoded.typename !== typename) throw invalidId(globalId, typename);
      return parse(decoded.id);
    },
  };
}

function parsePart(part: KeyPart, text: string, refuse: () => Error): string | number {
  if (part === 'int') {
    const value = /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= 0x7fff_ffff)) throw refuse();
    return value;
  }
  try {
    const value = decodeURIComponent(text);
    if (encodeURIComponent(value) === text && isStorable(value)) return value;
  } catch {
    // not percent-encoded text
  }
  throw refuse();
}

export function encodeGlobalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

/** @throws InvalidInputError for what is no id of a Node type. */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const text = Buffer.from(globalId, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const typename = text.slice(0, colon);
  const id = text.slice(colon + 1);
  if (colon < 1 || !nodeTypes.has(typename) || encodeGlobalId(typename, id) !== globalId) throw invalidId(globalId);
  return { typename, id };
}

const invalidId = (globalId: string, typename?: string) =>
  new InvalidInputError(
    `'${globalId.slice(0, 200)}' is not an id of ${typename ?? 'this graph'}: give one that a field \`id\` of it returned.`,
    { field: 'id' },
  );
