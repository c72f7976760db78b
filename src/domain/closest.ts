/** Most edits between what somebody typed and what they may have meant, as a share of its length. */
const MOST_EDITS = 0.4;

/** The known name that takes the fewest edits (one character added, taken away or changed); undefined where none is near. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const most = Math.ceil(name.length * MOST_EDITS);
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const edits = editsBetween(name, candidate);
    if (edits <= most && (best === undefined || edits < best.edits)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** The fewest characters to add, take away or change that make one text of another (Levenshtein's distance). */
export function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const here = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      here.push(Math.min(changed, (above[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1));
    }
    above = here;
  }
  return above[b.length] ?? 0;
}
