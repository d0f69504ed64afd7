/** What every adapter of the port `ExchangeStore` owes. */
import { describe, expect, test } from 'vitest';
import { type ExchangeStore, messageBytes, parseQuery } from '../../core/index.ts';
import { message, NOON_MICROS } from '../support/exchanges/index.ts';
import { foundBy, HOUR, ids, numbered, numberedUpTo, SECOND } from '../support/store/index.ts';

/** A store to write to and the one to read from: the same, or a client of it. */
export interface StorePair {
  readonly writer: ExchangeStore;
  readonly reader: ExchangeStore;
}

export function exchangeStoreConformance(name: string, open: () => Promise<StorePair>): void {
  describe(`exchange store: ${name}`, () => {
    test('what was appended is found, in time order, as it was', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(3);
      await writer.append(exchanges.toReversed());
      expect(await foundBy(reader)).toEqual(exchanges);
    });

    test('newest first is the same the other way', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(700);
      await writer.append(exchanges);
      expect(ids(await foundBy(reader, { order: 'newest-first' }))).toEqual(ids(exchanges.toReversed()));
    });

    test('equal ids appear once, across appends, blocks and services', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(100);
      await writer.append([...exchanges, ...exchanges]);
      await writer.flush();
      await writer.append(exchanges);
      await writer.append(exchanges.map((each) => ({ ...each, service: 'another' })));
      expect(ids(await foundBy(reader))).toEqual(ids(exchanges));
    });

    test('slices and segments keep the order', async () => {
      const { writer, reader } = await open();
      const times = [-HOUR, -SECOND, 0, 9 * SECOND, 10 * SECOND, 11 * SECOND, HOUR, 25 * HOUR];
      const exchanges = times.map((at, n) => numbered(n, at, { service: n % 2 === 0 ? 'even' : 'odd' }));
      await writer.append(exchanges.toReversed());
      expect(ids(await foundBy(reader))).toEqual(ids(exchanges));
      expect(ids(await foundBy(reader, { order: 'newest-first' }))).toEqual(ids(exchanges.toReversed()));
    });

    test('since is taken, until is not, after continues behind, limit ends', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(200);
      await writer.append(exchanges);
      const at = (n: number): number => NOON_MICROS + n * 1000;
      expect(ids(await foundBy(reader, { since: at(10), until: at(20) }))).toEqual(ids(exchanges.slice(10, 20)));
      const after = exchanges[50]?.id as (typeof exchanges)[0]['id'];
      expect(ids(await foundBy(reader, { after, limit: 70 }))).toEqual(ids(exchanges.slice(51, 121)));
      const newest = await foundBy(reader, { after, limit: 7, order: 'newest-first' });
      expect(ids(newest)).toEqual(ids(exchanges.slice(43, 50).toReversed()));
      expect(await foundBy(reader, { limit: 0 })).toEqual([]);
    });

    test('a query finds what matches it, whether the index can answer it or not', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(300, (n) => ({
        status: n % 10 === 0 ? 503 : 200,
        path: `/items/${n}`,
        operation: `GET /items/${n}`,
        service: n % 2 === 0 ? 'catalogue' : 'orders',
      }));
      await writer.append(exchanges);
      const numbersOf = async (query: string): Promise<number[]> =>
        (await foundBy(reader, { where: parseQuery(query) })).map(({ id }) => (id.at - NOON_MICROS) / 1000);
      expect(await numbersOf('status:>=500 AND service:catalogue')).toHaveLength(30);
      expect(await numbersOf('operation:"GET /items/17"')).toEqual([17]);
      expect(await numbersOf('NOT status:200')).toHaveLength(30);
      expect(await numbersOf('path:/items/29*')).toEqual([29, 290, 291, 292, 293, 294, 295, 296, 297, 298, 299]);
      expect(await numbersOf('verb:get AND status:503 AND path:*7*')).toEqual([70, 170, 270]);
      expect(await numbersOf('service:nobody')).toEqual([]);
    });

    test('headers, bodies, times and latencies are asked of what is stored, through whatever lies between', async () => {
      const { writer, reader } = await open();
      const exchanges = numberedUpTo(100, (n) => ({
        response: message(`HTTP/1.1 200 OK\r\nX-Third: ${n % 3}\r\n\r\n`, n % 20 === 0 ? 'out of stock' : 'in stock', {
          lastByteAt: NOON_MICROS + n * 1000,
        }),
      }));
      await writer.append(exchanges);
      const countOf = async (query: string): Promise<number> =>
        (await foundBy(reader, { where: parseQuery(query) })).length;
      expect(await countOf('body:"out of stock"')).toBe(5);
      expect(await countOf('response.header.x-third:0 AND body:out*')).toBe(2);
      expect(await countOf('latency:>=90ms')).toBe(10);
      expect(await countOf('time:[2026-11-21T10:00:00.010Z TO 2026-11-21T10:00:00.019Z]')).toBe(10);
      const { counts } = await reader.histogram({ where: parseQuery('body:"out of stock"') }, 50_000);
      expect(counts).toEqual([
        { from: NOON_MICROS, exchanges: 3 },
        { from: NOON_MICROS + 50_000, exchanges: 2 },
      ]);
    });

    test('an exchange is got by its id, and a trace in time order across services', async () => {
      const { writer, reader } = await open();
      const trace = { traceId: 'a-trace', spanId: '', parentSpanId: '' };
      const exchanges = numberedUpTo(150, (n) => (n % 70 === 3 ? { trace, service: `s${n}` } : {}));
      await writer.append(exchanges);
      expect(await reader.get(exchanges[149]?.id as never)).toEqual(exchanges[149]);
      expect(await reader.get(numbered(151).id)).toBeUndefined();
      expect(ids(await reader.trace('a-trace'))).toEqual(ids([3, 73, 143].map((n) => exchanges[n] as never)));
      expect(await reader.trace('no-such-trace')).toEqual([]);
      expect(await reader.trace('')).toEqual([]);
    });

    test('a message in parts comes back whole', async () => {
      const { writer, reader } = await open();
      const parts = [1, 2, 3].map((n) => new Uint8Array(1024 * 1024).fill(n));
      const large = { ...message('HTTP/1.1 200 OK\r\n\r\n'), parts, byteCount: 3 * 1024 * 1024 };
      const exchanges = [numbered(0), numbered(1, 1000, { response: large }), numbered(2)];
      await writer.append(exchanges);
      const [, found] = await foundBy(reader);
      expect(found?.response?.parts).toHaveLength(3);
      expect(Buffer.compare(messageBytes(found?.response ?? large), messageBytes(large))).toBe(0);
    });

    test('a reader that stops early leaves the store usable', async () => {
      const { writer, reader } = await open();
      await writer.append(numberedUpTo(3000));
      for await (const _ of reader.find({})) break;
      expect(await foundBy(reader)).toHaveLength(3000);
    });

    test('statistics count exchanges, bytes and times', async () => {
      const { writer, reader } = await open();
      expect(await reader.statistics()).toMatchObject({ exchanges: 0 });
      await writer.append(numberedUpTo(100));
      const statistics = await reader.statistics();
      expect(statistics).toMatchObject({ exchanges: 100, oldestAt: NOON_MICROS, newestAt: NOON_MICROS + 99_000 });
      expect(statistics.bytesOnDisk).toBeGreaterThan(1000);
    });
  });
}
