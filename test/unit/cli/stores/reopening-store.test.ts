import { expect, test } from 'vitest';
import { ReopeningStore } from '../../../../cli/stores/reopening-store.ts';
import { BytecopyError, type Exchange, type ExchangeStore, type Selection } from '../../../../core/index.ts';
import { emptyFolder, foundBy, ids, numberedUpTo, opened } from '../../../support/store/index.ts';

const GONE = new BytecopyError('STORE_OWNER_GONE', 'the owner ended');

/** Answers a page of each search, and then its owner is gone. */
function endingAfterAPage(store: ExchangeStore): ExchangeStore {
  return {
    append: (exchanges) => store.append(exchanges),
    flush: () => store.flush(),
    async *find(selection: Selection): AsyncGenerator<readonly Exchange[]> {
      for await (const page of store.find(selection)) {
        yield page;
        throw GONE;
      }
    },
    histogram: () => Promise.reject(GONE),
    get: () => Promise.reject(GONE),
    trace: () => Promise.reject(GONE),
    statistics: () => Promise.reject(GONE),
    close: () => Promise.resolve(),
  };
}

async function filled(): Promise<ExchangeStore> {
  const { store } = await opened(await emptyFolder());
  await store.append(numberedUpTo(300));
  return store;
}

for (const order of ['oldest-first', 'newest-first'] as const) {
  test(`a search goes on behind what it had when the owner ends, ${order}`, async () => {
    const store = await filled();
    const expected = ids(await foundBy(store, { order }));
    const reopening = new ReopeningStore(endingAfterAPage(store), () => Promise.resolve(endingAfterAPage(store)));
    expect(ids(await foundBy(reopening, { order }))).toEqual(expected);
    expect(ids(await foundBy(reopening, { order, limit: 150 }))).toEqual(expected.slice(0, 150));
  });
}

test('a question is asked again of who owns the store then', async () => {
  const store = await filled();
  const reopening = new ReopeningStore(endingAfterAPage(store), () => Promise.resolve(store));
  expect((await reopening.statistics()).exchanges).toBe(300);
});

test('an owner that is gone each time is told in the end', async () => {
  const store = await filled();
  const reopening = new ReopeningStore(endingAfterAPage(store), () => Promise.resolve(endingAfterAPage(store)));
  await expect(reopening.statistics()).rejects.toThrow('the owner ended');
});
