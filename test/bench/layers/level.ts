/**
 * The embedded data layer.
 *
 *   npx tsx test/bench/layers/level.ts [BLOCKS]        default 4,000
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevelDataLayer } from '../../../store/index.ts';
import { DATA_HEADER, dataRow } from './data-row.ts';

const path = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
const layer = new LevelDataLayer({ path: join(path, 'data') });
try {
  console.log(DATA_HEADER);
  console.log(await dataRow('level', layer, Number(process.argv[2] ?? 4000)));
} finally {
  await layer.close();
  await rm(path, { recursive: true });
}
