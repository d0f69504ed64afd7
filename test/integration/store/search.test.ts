/** What a search reads: as little as its query allows, and never less than that. */
import { expect, test } from 'vitest';
import { type Exchange, formatExchangeId, parseQuery, type ScanReport, type Selection } from '../../../core/index.ts';
import { message, NOON_MICROS } from '../../support/exchanges/index.ts';
import { emptyFolder, foundBy, HOUR, ids, numbered, numberedUpTo, opened, SECOND } from '../../support/store/index.ts';

const where = (text: string) => parseQuery(text, NOON_MICROS + HOUR);

async function storeOf(exchanges: readonly Exchange[]) {
  const { store } = await opened(await emptyFolder());
  await store.append(exchanges);
  await store.flush();
  const scan = async (selection: Selection): Promise<{ found: string[]; report: ScanReport }> => {
    let report: ScanReport | undefined;
    const found: string[] = [];
    for await (const page of store.find(selection, (told) => (report = told))) found.push(...ids(page));
    return { found, report: report as ScanReport };
  };
  return { store, scan };
}

/** One a second from noon on, of three services. */
const SERVICES = ['catalogue', 'orders', 'prices'];
const mixed = Array.from({ length: 900 }, (_, n) =>
  numbered(n, n * SECOND, {
    service: SERVICES[n % 3] as string,
    response: message('HTTP/1.1 200 OK\r\nX-Number: n\r\n\r\n', n % 50 === 0 ? 'out of stock' : `there are ${n}`),
  }),
);

test('a query of an id reads one block', async () => {
  const { scan } = await storeOf(mixed);
  const id = formatExchangeId((mixed[701] as Exchange).id);
  expect(await scan({ where: where(`id:${id}`) })).toEqual({
    found: [id],
    report: { index: 'used', segments: 1, blocks: 1, exchanges: 1, found: 1 },
  });
  expect((await scan({ where: where(`id:${id} AND service:nobody`) })).found).toEqual([]);
  expect((await scan({ where: where(`id:${id}`), until: NOON_MICROS })).found).toEqual([]);
  expect((await scan({ where: where(`id:${id} OR service:orders`) })).found).toHaveLength(301);
});

test('times of the query bound what is read as --since and --until do', async () => {
  const { scan } = await storeOf(mixed);
  const asked = await scan({ where: where('time:[2026-11-21T10:01Z TO 2026-11-21T10:02Z}') });
  expect(asked.found).toEqual(ids(mixed.slice(60, 120)));
  expect(asked.report.exchanges).toBeLessThan(100);
  const both = await scan({ where: where('time:>=2026-11-21T10:01Z'), until: NOON_MICROS + 61 * SECOND });
  expect(both.found).toEqual(ids(mixed.slice(60, 61)));
});

test('of one service only its blocks are read, in both orders, with and without the index', async () => {
  const { scan } = await storeOf(mixed);
  const orders = ids(mixed.filter(({ service }) => service === 'orders'));
  for (const text of ['service:orders', 'service:orders AND path:*', 'service:orders body:there*']) {
    const asked = await scan({ where: where(text) });
    expect(asked.found).toEqual(text.includes('body') ? orders.filter((_, n) => (n * 3 + 1) % 50 !== 0) : orders);
    expect(asked.report.exchanges).toBe(300);
  }
  const newest = await scan({ where: where('service:orders'), order: 'newest-first', limit: 10 });
  expect(newest.found).toEqual(orders.toReversed().slice(0, 10));
});

test('headers and bodies are tested after the index has narrowed, and the report says on how many', async () => {
  const { scan } = await storeOf(mixed);
  const asked = await scan({ where: where('service:orders AND body:"out of stock" AND header.x-number:n') });
  expect(asked.found).toEqual(ids(mixed.filter((_, n) => n % 3 === 1 && n % 50 === 0)));
  expect(asked.report).toMatchObject({ exchanges: 300, found: 6 });
  expect((await scan({ where: where('response.body:"out of stock"') })).report).toMatchObject({
    exchanges: 900,
    found: 18,
  });
});

test('counts by time are those of reading, whatever tells them', async () => {
  const { store } = await storeOf(mixed);
  for (const text of ['', 'service:orders', 'status:200 AND service:prices', 'body:stock', 'path:/items/1*']) {
    for (const bounds of [{}, { since: NOON_MICROS + 90.5 * SECOND, until: NOON_MICROS + 700 * SECOND }]) {
      const selection = { where: where(text), ...bounds };
      const read = new Map<number, number>();
      for (const { id } of await foundBy(store, selection)) {
        const from = Math.floor(id.at / (7 * SECOND)) * 7 * SECOND;
        read.set(from, (read.get(from) ?? 0) + 1);
      }
      const { counts, exact } = await store.histogram(selection, 7 * SECOND);
      const told = new Map(counts.map(({ from, exchanges }) => [from, exchanges]));
      const sum = (of: Map<number, number>) => [...of.values()].reduce((one, other) => one + other, 0);
      if (exact || text === '' || text === 'service:orders') expect([text, told]).toEqual([text, read]);
      else expect(sum(told)).toBeGreaterThanOrEqual(sum(read));
    }
  }
});

test('a cursor stays right while data arrives: nothing twice, nothing that was there left out', async () => {
  const { store } = await storeOf(numberedUpTo(300));
  const [first] = [await foundBy(store, { limit: 100 })];
  await store.append(Array.from({ length: 50 }, (_, n) => numbered(1000 + n, n * 1000 + 500)));
  const rest = await foundBy(store, { after: (first.at(-1) as Exchange).id });
  expect(ids(rest).filter((id) => ids(numberedUpTo(300)).includes(id))).toEqual(ids(numberedUpTo(300).slice(100)));
});
