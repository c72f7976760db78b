/**
 * Gives of lists with the same content always the first one. Most lumisections have the flags of others: a million of them
 * would hold a million lists.
 */
export function sharedLists<T extends string | boolean | null>(): (list: readonly T[]) => readonly T[] {
  const known = new Map<string, readonly T[]>();
  return (list) => {
    const name = list.join();
    const shared = known.get(name) ?? list;
    known.set(name, shared);
    return shared;
  };
}
