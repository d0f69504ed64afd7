/** Streams of rows, each in key order, as one stream in key order. Equal keys lie in one shard. */

export interface KeyedRow {
  readonly key: Uint8Array;
}

interface Cursor<R> {
  readonly pages: AsyncIterator<readonly R[]>;
  page: readonly R[];
  position: number;
}

/**
 * @param streams few: each row costs a compare for each of them
 * @returns rows in batches that are never empty, as large as the pages allow
 */
export async function* mergeShards<R extends KeyedRow>(
  streams: readonly AsyncIterable<readonly R[]>[],
  descending: boolean,
): AsyncGenerator<readonly R[]> {
  const all = streams.map((stream): Cursor<R> => ({ pages: stream[Symbol.asyncIterator](), page: [], position: 0 }));
  try {
    let live = await refilled(all);
    while (live.length > 0) {
      const batch: R[] = [];
      for (let next = first(live, descending); ; next = first(live, descending)) {
        batch.push(next.page[next.position++] as R);
        if (next.position === next.page.length) break;
      }
      yield batch;
      live = await refilled(live);
    }
  } finally {
    for (const { pages } of all) await pages.return?.();
  }
}

/** Those that have a row, the used up ones with their next page. */
async function refilled<R>(cursors: readonly Cursor<R>[]): Promise<Cursor<R>[]> {
  await Promise.all(
    cursors.map(async (cursor) => {
      while (cursor.position === cursor.page.length) {
        const result = await cursor.pages.next();
        if (result.done === true) return;
        cursor.page = result.value;
        cursor.position = 0;
      }
    }),
  );
  return cursors.filter((cursor) => cursor.position < cursor.page.length);
}

function first<R extends KeyedRow>(cursors: readonly Cursor<R>[], descending: boolean): Cursor<R> {
  let best = cursors[0] as Cursor<R>;
  for (let i = 1; i < cursors.length; i++) {
    const other = cursors[i] as Cursor<R>;
    const order = Buffer.compare((other.page[other.position] as R).key, (best.page[best.position] as R).key);
    if (descending ? order > 0 : order < 0) best = other;
  }
  return best;
}
