/** Reading before it is asked for: the next page of a stream, the next streams of a row of them. */

/** One page is fetched while the one before it is consumed. */
export async function* readAhead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = begin(iterator);
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = begin(iterator);
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * Streams one after the other, in their order; the first pages of the next ones are fetched meanwhile.
 *
 * @param depth streams that are open at once, at least 1
 */
export async function* chainAhead<S, T>(
  sources: AsyncIterable<S>,
  depth: number,
  open: (source: S) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const iterator = sources[Symbol.asyncIterator]();
  const opened: { pages: AsyncIterator<T>; next: Promise<IteratorResult<T>> }[] = [];
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && opened.length < depth) {
        const source = await iterator.next();
        if (source.done === true) exhausted = true;
        else {
          const pages = open(source.value)[Symbol.asyncIterator]();
          opened.push({ pages, next: begin(pages) });
        }
      }
      const [head] = opened;
      if (head === undefined) return;
      const result = await head.next;
      if (result.done === true) {
        opened.shift();
        continue;
      }
      head.next = begin(head.pages);
      yield result.value;
    }
  } finally {
    await iterator.return?.();
    for (const { pages } of opened) await pages.return?.();
  }
}

/** Asks for the next page; a failure that nobody comes to see is no unhandled one. */
function begin<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const next = iterator.next();
  next.catch(() => {});
  return next;
}
