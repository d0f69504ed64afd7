/** What a data layer on a cluster owes when the cluster is gone for a while. */
import { expect, test } from 'vitest';
import type { DataEntry, DataLayer } from '../../../core/index.ts';
import type { Service } from '../../support/services/index.ts';
import { allPages, SEGMENT } from '../../support/store/index.ts';

const TIMEOUT_MS = 300_000;

export function dataLayerOutages(
  server: Service,
  open: (options?: { area?: string; retryMs?: number; requestTimeoutMs?: number }) => DataLayer,
): void {
  const batch = (n: number): DataEntry[] =>
    Array.from({ length: 8 }, (_, i) => ({
      segment: SEGMENT,
      key: Buffer.from(`slice ${n % 4} ${n} ${i}`),
      value: Buffer.alloc(500, n),
    }));
  const keysOf = (entries: readonly DataEntry[]): string[] => entries.map(({ key }) => Buffer.from(key).toString());

  test(
    'what was acknowledged is there when the server comes back, and who waited goes on',
    async () => {
      const [area, acknowledged] = ['outage', new Set<string>()];
      const layer = open({ area });
      const put = async (n: number): Promise<void> => {
        await layer.put(batch(n), 'buffered');
        for (const key of keysOf(batch(n))) acknowledged.add(key);
      };
      for (let n = 0; n < 10; n++) await put(n);
      const scan = layer.scan({ segment: SEGMENT, pageEntries: 5 })[Symbol.asyncIterator]();
      const [first] = (await scan.next()).value as readonly DataEntry[][number][];
      await server.stop();
      const waiting = [10, 11, 12].map(put);
      await server.start();
      await Promise.all(waiting);
      const found = [first as DataEntry];
      for (let next = await scan.next(); next.done !== true; next = await scan.next()) found.push(...next.value);
      expect(found.length).toBeGreaterThanOrEqual(76);

      const after = (await allPages(open({ area }).keys({ segment: SEGMENT }))).flat();
      expect(after.map((key) => Buffer.from(key).toString())).toEqual([...acknowledged].sort());
    },
    TIMEOUT_MS,
  );

  test(
    'a server that is not there fails a call in time and says so',
    async () => {
      await open({ area: 'gone' }).put(batch(1), 'buffered');
      const layer = open({ area: 'gone', retryMs: 500, requestTimeoutMs: 2000 });
      await layer.segments();
      await server.stop();
      const refused = { code: 'CLUSTER_UNREACHABLE' };
      await expect(layer.put(batch(2), 'buffered')).rejects.toMatchObject(refused);
      await expect(layer.getMany(SEGMENT, [Buffer.from('a')])).rejects.toMatchObject(refused);
      await expect(allPages(layer.scan({ segment: SEGMENT }))).rejects.toMatchObject(refused);
      await server.start();
    },
    TIMEOUT_MS,
  );
}
