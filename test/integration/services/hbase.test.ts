/** The data layer on a real HBase behind its REST gateway: the suite of the port, and a cluster that goes and comes back. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { HbaseDataLayer } from '../../../store/hbase/hbase-data-layer.ts';
import type { HbaseOptions } from '../../../store/hbase/options.ts';
import { dataLayerConformance } from '../../conformance/data-layer.ts';
import { describeWith } from '../../support/requirements.ts';
import { startService } from '../../support/services/index.ts';
import { dataLayerOutages } from './data-layer-outages.ts';

describeWith(['hbase'], 'HBase', () => {
  const server = startService('hbase');
  const open = (options: Partial<HbaseOptions> = {}): HbaseDataLayer => {
    const area = randomBytes(6).toString('hex');
    const layer = new HbaseDataLayer({ gateways: [`http://${server.address}`], area, retryMs: 120_000, ...options });
    onTestFinished(() => layer.close());
    return layer;
  };

  dataLayerConformance('hbase', () => Promise.resolve(open()));
  dataLayerOutages(server, open);
});
