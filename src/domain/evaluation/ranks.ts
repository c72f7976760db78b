/**
 * Places on a board, the largest value first: 1, 2, 2, 4. Equal values share a place, and the next one is counted by how
 * many are ahead of it. What has no value has no place.
 */
export function placesOf(values: readonly (number | null)[]): (number | null)[] {
  const sorted = values.filter((value) => value !== null).sort((a, b) => b - a);
  const places = new Map<number, number>();
  for (const [i, value] of sorted.entries()) if (!places.has(value)) places.set(value, i + 1);
  return values.map((value) => (value === null ? null : (places.get(value) as number)));
}
