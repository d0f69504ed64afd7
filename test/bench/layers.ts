/**
 * Every layer, one after the other on this machine: which to choose stands in store/README.md.
 *
 *   npx tsx test/bench/layers.ts
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
for (const name of ['level', 'cassandra', 'hbase', 'elasticsearch']) {
  const script = join(import.meta.dirname, 'layers', `${name}.ts`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script], { stdio: 'inherit' });
  if (status !== 0) console.log(`${name}: not measured`);
}
