import { UsageError } from './command.ts';

/** More than anybody writes; each pair of braces multiplies them. */
const MOST_GLOBS = 1_000;

/**
 * `a/{b,c}` as `a/b` and `a/c`, as a shell has it, for globs that know no braces. Those without a comma, not closed or in a
 * class (`[{]`) are characters like others.
 * @throws UsageError for more than MOST_GLOBS.
 */
export function withoutBraces(glob: string): string[] {
  const found = firstBraces(glob);
  if (found === null) return [glob];
  const [before, behind] = [glob.slice(0, found.start), withoutBraces(glob.slice(found.end))];
  const globs = found.parts.flatMap(withoutBraces).flatMap((part) => behind.map((rest) => before + part + rest));
  if (globs.length > MOST_GLOBS) throw new UsageError(`${glob} stands for more than ${MOST_GLOBS} globs`);
  return globs;
}

function firstBraces(glob: string): { start: number; end: number; parts: string[] } | null {
  for (let start = 0; start < glob.length; start++) {
    if (glob[start] === '[') start = endOfClass(glob, start);
    else if (glob[start] === '{') {
      const found = bracesAt(glob, start);
      if (found !== null && found.parts.length > 1) return { start, ...found };
    }
  }
  return null;
}

function bracesAt(glob: string, start: number): { end: number; parts: string[] } | null {
  const parts: string[] = [];
  let [depth, from] = [0, start + 1];
  for (let at = start; at < glob.length; at++) {
    const character = glob[at];
    if (character === '[') at = endOfClass(glob, at);
    else if (character === '{') depth++;
    else if (character === '}') depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      parts.push(glob.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return { end: from, parts };
  }
  return null;
}

/** A ] right at the start of a class belongs to it. */
function endOfClass(glob: string, start: number): number {
  const first = /[!^]/.test(glob[start + 1] ?? '') ? start + 2 : start + 1;
  const close = glob.indexOf(']', first + 1);
  return close < 0 ? start : close;
}
