/**
 * The index on Elasticsearch beside the embedded one, in one run.
 *
 *   npx tsx test/bench/layers/elasticsearch.ts [DOCUMENTS]        default 200,000
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ElasticsearchIndexLayer } from '../../../store/elasticsearch/elasticsearch-index-layer.ts';
import { LevelIndexLayer } from '../../../store/index.ts';
import { Service } from '../../support/services/service.ts';
import { INDEX_HEADER, indexRow } from './index-row.ts';

const DOCUMENTS = Number(process.argv[2] ?? 200_000);

console.log(INDEX_HEADER);
const path = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
const level = new LevelIndexLayer({ path: join(path, 'index') });
console.log(await indexRow('level', level, DOCUMENTS));
await level.close();
await rm(path, { recursive: true });

const server = new Service('elasticsearch');
await server.start();
const remote = new ElasticsearchIndexLayer({ nodes: [`http://${server.address}`] });
try {
  console.log(await indexRow('elasticsearch', remote, DOCUMENTS));
} finally {
  await remote.close();
  await server.remove();
}
