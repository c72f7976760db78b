/** `{2}`, `{2,}`, `{2,5}`; anything else in braces is text. */
const REPEAT = /^\{(\d+)(?:,(\d*))?\}/;

/**
 * About how many characters a regular expression has with its counted repeats written out: `(a{10}b){5}` has 55. That is
 * what an engine makes of it, and what the time of a match grows with. Infinity for repeats beyond all bounds.
 */
export function repeatedSize(pattern: string): number {
  /** Of each group that is open, the outermost first. */
  const sizes = [0];
  /** Of what a repeat behind it would repeat. */
  let last = 0;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    const top = sizes.length - 1;
    if (character === '(') {
      sizes.push(0);
      last = 0;
    } else if (character === ')' && top > 0) {
      last = 1 + (sizes.pop() as number);
      sizes[top - 1] = (sizes[top - 1] as number) + last;
    } else {
      const repeat = character === '{' ? REPEAT.exec(pattern.slice(i, i + 20)) : null;
      if (repeat) {
        const more = last * (Math.max(Number(repeat[1]), Number(repeat[2] ?? 0), 1) - 1);
        sizes[top] = (sizes[top] as number) + more;
        last += more;
        i += repeat[0].length - 1;
      } else {
        if (character === '\\') i++;
        else if (character === '[') i = classEnd(pattern, i);
        last = 1;
        sizes[top] = (sizes[top] as number) + 1;
      }
    }
  }
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Place of the `]` that closes the class. */
function classEnd(pattern: string, start: number): number {
  const first = pattern[start + 1] === '^' ? start + 2 : start + 1;
  for (let i = first; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === ']' && i > first) return i;
  }
  return pattern.length;
}
