/**
 * The data layer on Cassandra, one node on this machine.
 *
 *   npx tsx test/bench/layers/cassandra.ts [BLOCKS]        default 4,000
 */
import { CassandraDataLayer } from '../../../store/cassandra/cassandra-data-layer.ts';
import { Service } from '../../support/services/service.ts';
import { DATA_HEADER, dataRow } from './data-row.ts';

const server = new Service('cassandra');
await server.start();
const layer = new CassandraDataLayer({ contactPoints: [server.address] });
try {
  await layer.init();
  console.log(DATA_HEADER);
  console.log(await dataRow('cassandra', layer, Number(process.argv[2] ?? 4000)));
} finally {
  await layer.close();
  await server.remove();
}
