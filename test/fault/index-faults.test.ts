/** An index that fails, stands still and comes back: writing goes on, searches miss nothing, the index ends equal. */
import { expect, test } from 'vitest';
import { indexAccount } from '../../cli/stores/index-account.ts';
import { type Exchange, Ledger, parseQuery } from '../../core/index.ts';
import { encodeBlockKey } from '../../store/block/block-key.ts';
import { sliceOf } from '../../store/block/time-slice.ts';
import type { Damage, IndexState } from '../../store/index.ts';
import { MissedBlocks } from '../../store/write/missed-blocks.ts';
import { assembled, differences, indexed } from '../support/store/assembled.ts';
import { emptyFolder, foundBy, ids, numbered, numberedUpTo, SECOND, SEGMENT } from '../support/store/index.ts';

const EQUAL = { missing: 0, different: 0, dangling: 0, damaged: 0 };
const BLOCKS_OF_FOUR = { blockExchanges: 4 };
const OK = parseQuery('service:catalogue AND status:200');

test.each(['fail', 'standStill'] as const)(
  'an index that does %s holds up neither append nor flush nor find',
  async (how) => {
    const states: IndexState[] = [];
    const deps = { onIndexState: (state: IndexState) => states.push(state) };
    const { store, care, index } = await assembled(await emptyFolder(), { options: BLOCKS_OF_FOUR, deps });
    index[how]();
    for (let n = 0; n < 400; n += 40) {
      await store.append(numberedUpTo(n + 40).slice(n));
      await store.flush();
    }
    expect(ids(await foundBy(store, { where: OK }))).toEqual(ids(numberedUpTo(400)));
    expect(ids(await foundBy(store, { where: OK, order: 'newest-first', limit: 7 }))).toEqual(
      ids(numberedUpTo(400).reverse().slice(0, 7)),
    );
    expect(ids(await store.trace(numbered(17).trace?.traceId ?? ''))).toEqual(ids([numbered(17)]));
    expect((await store.statistics()).indexWaiting).toBeGreaterThanOrEqual(100);

    index.work();
    await indexed(store);
    await expect.poll(() => states.map(({ kind }) => kind)).toEqual(['behind', 'caught-up']);
    expect(await differences(care)).toEqual(EQUAL);
    expect(await foundBy(store, { where: OK })).toHaveLength(400);
  },
);

test('what the index missed is known to the next process', async () => {
  const path = await emptyFolder();
  const first = await assembled(path, { options: BLOCKS_OF_FOUR });
  first.index.fail();
  await first.store.append(numberedUpTo(100));
  await first.store.close();
  const second = await assembled(path, { options: BLOCKS_OF_FOUR });
  expect(second.recovered).toBeUndefined();
  expect(ids(await foundBy(second.store, { where: OK }))).toEqual(ids(numberedUpTo(100)));
  await indexed(second.store);
  expect(await differences(second.care)).toEqual(EQUAL);
});

test('one put that fails among others is put again', async () => {
  const { store, care, index } = await assembled(await emptyFolder(), { options: BLOCKS_OF_FOUR });
  for (let n = 0; n < 1000; n += 50) {
    if (n % 200 === 0) index.fail();
    else index.work();
    await store.append(numberedUpTo(n + 50).slice(n));
    await store.flush();
  }
  index.work();
  await indexed(store);
  expect(await differences(care)).toEqual(EQUAL);
});

test('an index that shows late what it took: searches read it meanwhile', async () => {
  const indexManifest = { readYourWrites: false, visibleAfterMs: 60_000 };
  const { store, index } = await assembled(await emptyFolder(), { options: BLOCKS_OF_FOUR, indexManifest });
  index.hide();
  await store.append(numberedUpTo(20));
  expect(ids(await foundBy(store, { where: OK }))).toEqual(ids(numberedUpTo(20)));
  await store.flush();
  expect(index.puts).toBe(1);
  expect(ids(await foundBy(store, { where: OK }))).toEqual(ids(numberedUpTo(20)));
});

test.each([0, 1, 5, 14])(
  'an index that stops answering behind %i hits: the data is read instead, in order, and it is said once a search',
  async (hits) => {
    const told: Damage[] = [];
    const deps = { onDamage: (damage: Damage) => told.push(damage) };
    const { store, index } = await assembled(await emptyFolder(), { options: BLOCKS_OF_FOUR, deps });
    // Two hours, so that there are two segments.
    const all = numberedUpTo(100).map((each, n) => (n < 60 ? each : later(each)));
    await store.append(all);
    await store.flush();
    index.failSearches(hits);
    expect(ids(await foundBy(store, { where: OK }))).toEqual(ids(all));
    expect(told.map(({ code }) => code)).toEqual(['STORE_INDEX_UNANSWERED']);
    expect(told[0]?.text).toMatch(/reading (a segment|2 segments) without it \(no answer from the index\)/);
    expect(index.searches).toBeLessThanOrEqual(2);
    expect(ids(await foundBy(store, { where: OK, order: 'newest-first' }))).toEqual(ids(all.toReversed()));
    expect(ids(await store.trace(numbered(17).trace?.traceId ?? ''))).toEqual(ids([numbered(17)]));
    expect((await store.statistics()).exchanges).toBe(100);
    const { counts, exact } = await store.histogram({ where: OK }, 3600 * SECOND);
    expect([exact, counts.map(({ exchanges }) => exchanges)]).toEqual([true, [60, 40]]);
  },
);

test('blocks that the index has missed are counted where several write', async () => {
  const options = { options: BLOCKS_OF_FOUR, writer: 3, indexManifest: { exactCounts: true } };
  const { store, index } = await assembled(await emptyFolder(), options);
  await store.append(numberedUpTo(40));
  await store.flush();
  index.fail();
  await store.append(numberedUpTo(100).slice(40));
  await store.flush();
  expect((await store.statistics()).exchanges).toBe(100);
});

function later(exchange: Exchange): Exchange {
  const id = { ...exchange.id, at: exchange.id.at + 3600 * SECOND };
  return { ...exchange, id };
}

test('what came in is indexed or waits, during an outage, after it and in the next run', async () => {
  const path = await emptyFolder();
  const ledger = new Ledger();
  const deps = { onIndexMoved: indexAccount(ledger) };
  // An index that fails says so at once; a disk that is slow to sync is no failure.
  const { store, index } = await assembled(path, { options: BLOCKS_OF_FOUR, feeding: { settleMs: 60_000 }, deps });
  const account = () => ledger.report().accounts.index;
  await store.append(numberedUpTo(100));
  await store.flush();
  expect(account()).toMatchObject({ in: 100, out: { indexed: 100 }, held: 0, balanced: true });
  index.fail();
  for (let n = 100; n < 400; n += 50) {
    await store.append(numberedUpTo(n + 50).slice(n));
    await store.flush();
  }
  expect(account()).toMatchObject({ in: 400, out: { indexed: 100 }, held: 300, balanced: true });
  index.work();
  await indexed(store);
  expect(account()).toMatchObject({ in: 400, out: { indexed: 400 }, held: 0, balanced: true });
  await store.flush();
  index.fail();
  await store.append(numberedUpTo(450).slice(400));
  await store.close();
  expect(account()).toMatchObject({
    in: 450,
    out: { indexed: 400 },
    aside: { waiting: { 'for-the-next-run': 50 } },
    held: 0,
    balanced: true,
  });

  const next = new Ledger();
  const again = await assembled(path, { options: BLOCKS_OF_FOUR, deps: { onIndexMoved: indexAccount(next) } });
  await indexed(again.store);
  expect(next.report().accounts.index).toMatchObject({ in: 50, out: { indexed: 50 }, held: 0, balanced: true });
});

test('a segment that is missed as a whole is accounted for by what is known of it', async () => {
  const missed = await MissedBlocks.open(await emptyFolder(), 10);
  const keys = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => {
      const at = numbered(0).id.at;
      return encodeBlockKey({
        slice: sliceOf(at),
        serviceHash: 1,
        firstAt: at,
        lastAt: at,
        sequence: from + n,
        count: 4,
      });
    });
  missed.add(SEGMENT, keys(0, 10));
  expect(missed.exchanges).toBe(40);
  missed.add(SEGMENT, keys(10, 12));
  expect([missed.segments.size, missed.exchanges]).toEqual([1, 48]);
  missed.add(SEGMENT, keys(12, 15));
  expect(missed.exchanges).toBe(60);
  missed.beginSegment(SEGMENT);
  missed.add(SEGMENT, keys(15, 16));
  missed.endSegment(SEGMENT);
  expect(missed.exchanges).toBe(4);
  missed.remove(SEGMENT, keys(15, 16));
  expect([missed.exchanges, missed.isEmpty]).toEqual([0, true]);
  await missed.close();
});
