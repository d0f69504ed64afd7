/**
 * A process that writes to a store until it is killed: `store-writer.ts FOLDER [sealed]`, a line on stdout for each flush.
 * Sealed, exchanges have their secrets cut out and blocks are encrypted.
 */
import { openStore } from '../../store/index.ts';
import { RING, sealingCutter } from '../support/sealing/keys.ts';
import { numbered } from '../support/store/numbered.ts';
import { withToken } from '../support/store/with-token.ts';

const BATCH = 500;
const FLUSH_EVERY_BATCHES = 4;

const [, , path = '', mode = ''] = process.argv;
const encrypt = mode === 'sealed';
const cutter = sealingCutter();
const exchangeOf = (n: number) => (encrypt ? cutter.cut(withToken(numbered(n), n)) : numbered(n));

const { store } = await openStore({ path, encrypt, mustOwn: true, checkpointIntervalMs: 50 }, { keys: RING });
for (let batch = 0; batch < 100_000; batch++) {
  await store.append(Array.from({ length: BATCH }, (_, i) => exchangeOf(batch * BATCH + i)));
  if (batch % FLUSH_EVERY_BATCHES === FLUSH_EVERY_BATCHES - 1) {
    await store.flush();
    process.stdout.write(`${(batch + 1) * BATCH}\n`);
  }
}
