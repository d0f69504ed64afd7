/** The data layer on a real Cassandra: the suite of the port, and what a node that goes away and comes back does to it. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { CassandraDataLayer } from '../../../store/cassandra/cassandra-data-layer.ts';
import type { CassandraOptions } from '../../../store/cassandra/options.ts';
import { dataLayerConformance } from '../../conformance/data-layer.ts';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';
import { SEGMENT } from '../../support/store/index.ts';
import { dataLayerOutages } from './data-layer-outages.ts';

describeWith(['cassandra'], 'Cassandra', () => {
  const server = startService('cassandra');
  const open = (options: Partial<CassandraOptions> = {}): CassandraDataLayer => {
    const area = randomBytes(6).toString('hex');
    const layer = new CassandraDataLayer({ contactPoints: [server.address], area, retryMs: 60_000, ...options });
    onTestFinished(() => layer.close());
    return layer;
  };

  dataLayerConformance('cassandra', () => Promise.resolve(open()));
  dataLayerOutages(server, open);

  test('the live store, whose area is empty, holds segments and properties', async () => {
    const layer = open({ area: '' });
    await layer.put([{ segment: SEGMENT, key: Buffer.of(1), value: Buffer.of(2) }], 'buffered');
    await layer.writeProperty('store', Buffer.of(3));
    expect(await layer.segments()).toEqual([SEGMENT]);
    expect(await layer.properties('')).toEqual(['store']);
  }, 60_000);

  test('a data centre that is not there is refused with the ones that are', async () => {
    const layer = open({ localDataCenter: 'elsewhere' });
    await expect(layer.segments()).rejects.toMatchObject({
      code: 'CLUSTER_REFUSED',
      message: expect.stringContaining('datacenter1') as unknown,
    });
  });

  test('a keyspace that may not be made is asked for', async () => {
    const layer = open({ keyspace: 'nowhere', createKeyspace: false });
    expect(await layer.segments()).toEqual([]);
    await expect(layer.writeProperty('store', Buffer.of(1))).rejects.toMatchObject({ code: 'CLUSTER_SCHEMA' });
  });
});
