/**
 * The same items; each is being made while the one before it is worked on. So a database in a process of its own reads a page while
 * this one writes another: one more of them lies in memory.
 */
export async function* readAhead<Item>(
  source: AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  try {
    for (let next = source.next(); ; ) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      // whoever asks for it is told; nobody may
      next.catch(() => {});
      yield value;
    }
  } finally {
    // waits for what is under way
    await source.return();
  }
}
