/** A store on Cassandra and Elasticsearch: each of them stopped and started while it is written; nothing acknowledged is lost. */
import { expect, onTestFinished, test } from 'vitest';
import { parseQuery } from '../../../core/index.ts';
import { type OpenedStore, openStore, type StoreOptions } from '../../../store/index.ts';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';
import { differences } from '../../support/store/assembled.ts';
import { emptyFolder, foundBy, ids, numbered, numberedUpTo } from '../../support/store/index.ts';

const TIMEOUT_MS = 300_000;
const OK = parseQuery('service:catalogue AND status:200');
const EQUAL = { missing: 0, different: 0, dangling: 0, damaged: 0 };

describeWith(['cassandra', 'elasticsearch'], 'a store on Cassandra and Elasticsearch', () => {
  const cassandra = startService('cassandra');
  const elasticsearch = startService('elasticsearch');

  async function peer(keyspace: string, path: string, options: Partial<StoreOptions> = {}): Promise<OpenedStore> {
    const nodes = [`http://${elasticsearch.address}`];
    const opened = await openStore({
      path,
      data: { kind: 'cassandra', contactPoints: [cassandra.address], keyspace, retryMs: 120_000 },
      index: { kind: 'elasticsearch', nodes, prefix: keyspace, replicas: 0, retryMs: 1_000, requestTimeoutMs: 2_000 },
      blockExchanges: 8,
      ...options,
    });
    onTestFinished(() => opened.store.close());
    return opened;
  }

  async function indexed({ store }: OpenedStore): Promise<void> {
    await expect.poll(async () => (await store.statistics()).indexWaiting, { timeout: 60_000 }).toBe(0);
  }

  test(
    'the index stopped and started: writing goes on, a search of the writer misses nothing, another finds it afterwards',
    async () => {
      const path = await emptyFolder();
      const writer = await peer('indexdown', path);
      const { store, care, role } = writer;
      expect(role).toBe('peer');
      await store.append(numberedUpTo(80));
      await store.flush();
      await elasticsearch.stop();
      await store.append(numberedUpTo(400).slice(80));
      await store.flush();
      expect(ids(await foundBy(store))).toEqual(ids(numberedUpTo(400)));
      await elasticsearch.start();
      await indexed(writer);
      expect(ids(await foundBy(store, { where: OK }))).toEqual(ids(numberedUpTo(400)));
      expect(await differences(care)).toEqual(EQUAL);
      const reader = await peer('indexdown', path, { access: 'read' });
      await expect.poll(() => foundBy(reader.store, { where: OK }), { timeout: 20_000 }).toHaveLength(400);
      expect(await reader.store.statistics()).toMatchObject({ exchanges: 400 });
      const wanted = numbered(123);
      expect(ids(await reader.store.trace(wanted.trace?.traceId ?? ''))).toEqual(ids([wanted]));
    },
    TIMEOUT_MS,
  );

  test(
    'the data layer stopped and started: what was flushed is there, what waited goes on',
    async () => {
      const writer = await peer('datadown', await emptyFolder());
      const { store, care } = writer;
      await store.append(numberedUpTo(80));
      await store.flush();
      await cassandra.stop();
      await store.append(numberedUpTo(160).slice(80));
      const flushed = store.flush();
      await cassandra.start();
      await flushed;
      await store.append(numberedUpTo(200).slice(160));
      await store.flush();
      expect(ids(await foundBy(store))).toEqual(ids(numberedUpTo(200)));
      await indexed(writer);
      expect(await differences(care)).toEqual(EQUAL);
    },
    TIMEOUT_MS,
  );
});
