/** The items of an iterable, where the next one is made while one is worked on. */

const ignored = (): void => {};

/**
 * The items, in order. One that the iterable takes long to give holds back none before it. Whoever ends early does not wait for
 * the item that was asked for: a source that may never give it has to be closed by its owner.
 */
export async function* readAhead<A>(items: AsyncIterable<A>): AsyncGenerator<A, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<A>> => {
    const next = iterator.next();
    // It is waited for later: until then nobody hears of its failure.
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
