/** What the engine throws where code stumbles over content that it believed. */
const STUMBLES = [TypeError, RangeError, SyntaxError, ReferenceError];

/**
 * Why a library could not read damaged content, as the end of a sentence, with what it says of the content. Where it only
 * stumbled it speaks of its own insides: those are a cause for the log, and say nothing to whoever sent the file.
 */
export function contradiction(error: unknown): string {
  const isStumble = STUMBLES.some((stumble) => error instanceof stumble);
  return `contradicts itself${isStumble ? '' : ` (${error instanceof Error ? error.message : String(error)})`}`;
}
