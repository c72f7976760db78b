import { CorruptModelError } from '../domain/errors.ts';
import type { Combined } from './combination.ts';
import type { Model } from './model.ts';
import { decodeNumbered, encodeNumbered } from './numbered-bytes.ts';

/** Models as versioned bytes (layout: numbered-bytes.ts): equal models are equal bytes, and are read bit for bit. */
export function encodeModel({ dead, learned, ...model }: Model): Uint8Array {
  return encodeNumbered({ description: { kind: 'model', dead: [...dead], ...model }, numbers: learned });
}

/** @throws CorruptModelError for bytes that encodeModel did not write */
export function decodeModel(bytes: Uint8Array): Model {
  type Description = Omit<Model, 'dead' | 'learned'> & { readonly kind: string; readonly dead: readonly number[] };
  const { description, numbers } = decodeNumbered<Description>(bytes);
  const { kind, dead, ...model } = description;
  if (kind !== 'model') throw new CorruptModelError(`The bytes are those of a ${kind}, not of a model.`);
  return { ...model, dead: Int32Array.from(dead), learned: numbers };
}

export function encodeCombined({ learned, ...combined }: Combined): Uint8Array {
  return encodeNumbered({ description: { kind: 'combination', ...combined }, numbers: learned });
}

/** @throws CorruptModelError for bytes that encodeCombined did not write */
export function decodeCombined(bytes: Uint8Array): Combined {
  type Description = Omit<Combined, 'learned'> & { readonly kind: string };
  const { description, numbers } = decodeNumbered<Description>(bytes);
  const { kind, ...combined } = description;
  if (kind !== 'combination') throw new CorruptModelError(`The bytes are those of a ${kind}, not of a combination.`);
  return { ...combined, learned: numbers };
}
