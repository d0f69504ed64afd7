/** A process that writes to a store until it is killed: `store-writer.ts FOLDER`, a line on stdout for each flush. */
import { openStore } from '../../store/index.ts';
import { numbered } from '../support/store/numbered.ts';

const BATCH = 500;
const FLUSH_EVERY_BATCHES = 4;

const { store } = await openStore({ path: process.argv[2] ?? '', mustOwn: true, checkpointIntervalMs: 50 });
for (let batch = 0; batch < 100_000; batch++) {
  await store.append(Array.from({ length: BATCH }, (_, i) => numbered(batch * BATCH + i)));
  if (batch % FLUSH_EVERY_BATCHES === FLUSH_EVERY_BATCHES - 1) {
    await store.flush();
    process.stdout.write(`${(batch + 1) * BATCH}\n`);
  }
}
