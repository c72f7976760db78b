import { isStorable } from './storable-text.ts';

const MAX_SOURCE_NAME_LENGTH = 200;

/** Why no source of certifications can have this name, or null where one can. */
export function sourceNameProblem(name: string): string | null {
  if (name.trim() === '') return 'it is empty';
  if (name.length > MAX_SOURCE_NAME_LENGTH) return `it is longer than ${MAX_SOURCE_NAME_LENGTH} characters`;
  if (!isStorable(name) || /\p{Cc}/u.test(name)) return 'it has control characters in it, or half of a surrogate pair';
  // in a mask a number is a run
  if (/^\d+$/.test(name)) return 'it is a number, which a mask would take for a run';
  return null;
}
