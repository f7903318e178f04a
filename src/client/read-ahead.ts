/** Iterates with one item of lookahead: the next item is produced while one is processed. */

const ignored = (): void => {};

/**
 * The items in order. A slow item does not delay the ones before it. If the consumer ends early, it does not wait
 * for the pending item; if the source may never produce it, the source's owner must close it.
 */
export async function* readAhead<A>(items: AsyncIterable<A>): AsyncGenerator<A, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<A>> => {
    const next = iterator.next();
    // Awaited later: until then its failure must not count as unhandled.
    next.catch(ignored);
    return next;
  };
  let next = ask();
  try {
    for (;;) {
      const item = await next;
      if (item.done === true) return;
      next = ask();
      yield item.value;
    }
  } finally {
    iterator.return?.()?.catch(ignored);
  }
}
