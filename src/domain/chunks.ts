/** How much a chunk holds at most. */
export interface ChunkBounds {
  readonly items: number;
  /** Of all its items together; one alone may weigh more. */
  readonly weight: number;
}

/** Items in their order, as many at once as the bounds let. */
export function* chunksOf<Item>(
  items: Iterable<Item>,
  weightOf: (item: Item) => number,
  most: ChunkBounds,
): Generator<Item[], void, undefined> {
  let chunk: Item[] = [];
  let weight = 0;
  for (const item of items) {
    const more = weightOf(item);
    if (chunk.length > 0 && (weight + more > most.weight || chunk.length === most.items)) {
      yield chunk;
      chunk = [];
      weight = 0;
    }
    chunk.push(item);
    weight += more;
  }
  if (chunk.length > 0) yield chunk;
}
