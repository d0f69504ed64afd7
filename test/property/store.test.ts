/** Random appends in random order, with duplicates, read in any way: the same set, sorted, each id once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareExchangeIds, type Exchange, type ExchangeId, parseQuery } from '../../core/index.ts';
import { NOON_MICROS } from '../support/exchanges/index.ts';
import { emptyFolder, foundBy, ids, numbered, opened, SECOND } from '../support/store/index.ts';

const appended = fc.record({
  n: fc.integer({ min: 0, max: 60 }),
  atMicros: fc.integer({ min: -25 * SECOND, max: 25 * SECOND }),
  service: fc.constantFrom('catalogue', 'orders', ''),
  status: fc.constantFrom(200, 404, 500),
});

/** One exchange an id, whatever service it was appended under. */
function toExchange(
  { n, atMicros, status }: { n: number; atMicros: number; status: number },
  service: string,
): Exchange {
  return numbered(n, atMicros, { service, status, path: `/${status}` });
}

test('find is the sorted set of what was appended, in both directions, in any pages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(appended, { maxLength: 60 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 40 }),
      async (batches, blockExchanges, pageExchanges) => {
        const path = await emptyFolder();
        const { store } = await opened(path, { blockExchanges, segmentMinutes: 1 });
        const first = new Map<string, { status: number; service: string }>();
        const all: Exchange[] = [];
        for (const batch of batches) {
          const exchanges = batch.map((each) => {
            const [id] = ids([toExchange(each, each.service)]) as [string];
            const known = first.get(id) ?? { status: each.status, service: each.service };
            first.set(id, known);
            // Equal ids are equal exchanges; the service may have been named otherwise in between.
            return toExchange({ ...each, status: known.status }, each.service);
          });
          await store.append(exchanges);
          all.push(...exchanges);
        }
        const expected = [...new Map(all.map((each) => [ids([each])[0], each])).values()].sort((one, other) =>
          compareExchangeIds(one.id, other.id),
        );
        for (const order of ['oldest-first', 'newest-first'] as const) {
          const inOrder = order === 'oldest-first' ? expected : expected.toReversed();
          expect(ids(await foundBy(store, { order }))).toEqual(ids(inOrder));
          // Page by page, each continuing behind the last of the one before.
          const paged: Exchange[] = [];
          for (let after: ExchangeId | undefined; ; after = paged.at(-1)?.id) {
            const page = await foundBy(store, {
              order,
              limit: pageExchanges,
              ...(after === undefined ? {} : { after }),
            });
            paged.push(...page);
            if (page.length < pageExchanges) break;
          }
          expect(ids(paged)).toEqual(ids(inOrder));
          const failing = await foundBy(store, { order, where: parseQuery('status:>=500') });
          expect(ids(failing)).toEqual(ids(inOrder.filter(({ status }) => status >= 500)));
        }
        const since = NOON_MICROS - 5 * SECOND;
        expect(ids(await foundBy(store, { since }))).toEqual(ids(expected.filter(({ id }) => id.at >= since)));
        for (const each of expected.slice(0, 5))
          expect(ids([(await store.get(each.id)) as Exchange])).toEqual(ids([each]));
        await store.close();
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
