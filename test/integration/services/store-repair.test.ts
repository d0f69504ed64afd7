/** An index on a real Elasticsearch that is out of reach during a capture and a repair: nothing is lost, the index ends equal. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { storeSink } from '../../../cli/pipeline/store-sink.ts';
import { indexAccount } from '../../../cli/stores/index-account.ts';
import { type Exchange, type IndexLayer, Ledger, type Segment } from '../../../core/index.ts';
import { type OpenedStore, openDataLayer, openIndexLayer, openStore, type StoreDeps } from '../../../store/index.ts';
import { checkStoreOptions } from '../../../store/options.ts';
import { describeWith } from '../../support/requirements.ts';
import { Relay } from '../../support/servers/relay.ts';
import { type Service, startServices } from '../../support/services/index.ts';
import { differences } from '../../support/store/assembled.ts';
import { repaired } from '../../support/store/care.ts';
import { emptyFolder, foundBy, HOUR, LATER_SEGMENT, numbered, SEGMENT } from '../../support/store/index.ts';
import { blocksOf, strangeEntry } from '../../support/store/wrong-index.ts';

const TIMEOUT_MS = 300_000;
const EQUAL = { missing: 0, different: 0, dangling: 0, damaged: 0 };
const COUNT = 5_120;

describeWith(['cassandra', 'elasticsearch'], 'a store whose index is on Elasticsearch', () => {
  const [cassandra, elasticsearch] = startServices('cassandra', 'elasticsearch') as [Service, Service];
  const wire = new Relay(() => elasticsearch.port);
  beforeAll(() => wire.join());
  afterAll(() => wire.cut());
  const index = (prefix: string) => ({
    kind: 'elasticsearch' as const,
    nodes: [`http://${wire.address}`],
    prefix,
    replicas: 0,
    retryMs: 1_000,
    requestTimeoutMs: 5_000,
  });
  const layers = () => ({
    data: { kind: 'cassandra' as const, contactPoints: [cassandra.address], keyspace: 'repaired' },
    index: index('repaired'),
  });

  test(
    'missing, dangling, altered, an index deleted, Elasticsearch away half way: one repair that is continued',
    async () => {
      const path = await emptyFolder();
      const { store, care } = await openStore({ path, ...layers() });
      onTestFinished(() => store.close());
      for (const hour of [0, HOUR]) {
        await store.append(Array.from({ length: COUNT }, (_, n) => numbered(hour + n, hour + n * 1000)));
      }
      await store.flush();
      await expect.poll(async () => (await store.statistics()).indexWaiting, { timeout: 60_000 }).toBe(0);
      const place = { folder: path, area: '' };
      const options = checkStoreOptions({ path, ...layers() });
      const data = await openDataLayer(options.data, place);
      const index = await openIndexLayer(options.index, place);
      onTestFinished(() => Promise.all([data.close(), index.close()]).then(() => {}));
      const [spoiled, unindexed] = [
        await blocksOf(data as never, SEGMENT),
        await blocksOf(data as never, LATER_SEGMENT),
      ];
      const blocks = spoiled.length + unindexed.length;
      await spoil(index, SEGMENT, spoiled);
      await index.drop(LATER_SEGMENT);
      await index.sync();

      const stopped = (async () => {
        for await (const { segment } of care.repair({ now: 1 })) {
          if (segment === LATER_SEGMENT) await wire.cut();
        }
      })();
      await expect(stopped).rejects.toMatchObject({ code: 'INDEX_UNREACHABLE' });
      await wire.join();
      const { ledger, resumedFrom } = await repaired(care, { now: 2 });
      expect(resumedFrom).toBe(1);
      expect(ledger).toMatchObject({ blocks, dangling: 5, different: 20 });
      expect(ledger.missing).toBeGreaterThanOrEqual(30);
      expect(await differences(care)).toEqual(EQUAL);
      expect((await repaired(care, { now: 3 })).ledger).toMatchObject({ blocks, equal: blocks });
    },
    TIMEOUT_MS,
  );

  async function opened(path: string, deps: StoreDeps): Promise<OpenedStore> {
    return await openStore({ path, index: index('captured'), blockExchanges: 8 }, deps);
  }

  test(
    'away during a capture: nothing acknowledged is lost, the ledger adds up, repair finds nothing',
    async () => {
      const path = await emptyFolder();
      const ledger = new Ledger();
      const { store, care } = await opened(path, { onIndexMoved: indexAccount(ledger) });
      const sink = storeSink(store, ledger, { live: true });
      let taken = 0;
      const capture = async (count: number): Promise<void> => {
        for (const end = taken + count; taken < end; taken++) {
          sink.exchange(numbered(taken) as Exchange);
          if (taken % 50 === 0) await turn();
        }
        await store.flush();
      };
      await capture(400);
      await wire.cut();
      await capture(1_200);
      expect(ledger.report()).toMatchObject({ balanced: true });
      expect(ledger.account('index', 'indexed').held).toBeGreaterThan(0);
      expect(await foundBy(store)).toHaveLength(ledger.account('store', 'written').out);
      await wire.join();
      await capture(400);
      await expect.poll(async () => (await store.statistics()).indexWaiting, { timeout: 60_000 }).toBe(0);
      const { accounts, balanced } = ledger.report();
      expect(balanced).toBe(true);
      expect(accounts.index).toMatchObject({ in: 2_000, out: { indexed: 2_000 }, held: 0 });
      expect(await differences(care)).toEqual(EQUAL);
      await sink.finish();
      expect(ledger.report().accounts.store).toMatchObject({ in: 2_000, out: { written: 2_000 } });
    },
    TIMEOUT_MS,
  );
});

/** 30 blocks missing, 20 altered, 5 of nothing. */
async function spoil(index: IndexLayer, segment: Segment, blocks: readonly Uint8Array[]): Promise<void> {
  await index.remove(segment, blocks.slice(0, 50));
  await index.put(
    blocks.slice(30, 50).map((block) => strangeEntry(segment, block)),
    'synced',
  );
  const nowhere = blocks.slice(0, 5).map((block) => {
    const key = Buffer.from(block);
    key.writeUInt16BE(0xffff, 14);
    return strangeEntry(segment, key);
  });
  await index.put(nowhere, 'synced');
}
