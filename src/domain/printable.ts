/** Characters that move the cursor, colour, end a line, turn the direction of writing, or are seen by nobody. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from outside (a path, a cell) for a terminal: on one line, with control characters written as `\\u001b`. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, (character) => escaped(character));

/** By UTF-16 code unit, as JSON has it. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
