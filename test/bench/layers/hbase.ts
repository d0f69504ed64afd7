/**
 * The data layer on HBase, one node and its REST gateway on this machine.
 *
 *   npx tsx test/bench/layers/hbase.ts [BLOCKS]        default 4,000
 */
import { HbaseDataLayer } from '../../../store/hbase/hbase-data-layer.ts';
import { Service } from '../../support/services/service.ts';
import { DATA_HEADER, dataRow } from './data-row.ts';

const server = new Service('hbase');
await server.start();
const layer = new HbaseDataLayer({ gateways: [`http://${server.address}`] });
try {
  await layer.init();
  console.log(DATA_HEADER);
  console.log(await dataRow('hbase', layer, Number(process.argv[2] ?? 4000)));
} finally {
  await layer.close();
  await server.remove();
}
