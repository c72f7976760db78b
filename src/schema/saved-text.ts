import { InvalidInputError } from '../domain/errors.ts';
import { isStorable } from '../domain/storable-text.ts';

/**
 * What is to be stored of a text that may be left out: null where it is, or empty.
 * @param most UTF-16 code units
 * @throws InvalidInputError that names the field
 */
export function savedText(field: string, text: string | null | undefined, most: number): string | null {
  if (!text) return null;
  if (text.length <= most && isStorable(text)) return text;
  throw new InvalidInputError(`${field}: at most ${most} characters, without U+0000`, { field });
}
