/**
 * Damaged recordings of every format through their readers, and out again in every format: nothing may throw, the ledger
 * adds up, time stays in proportion.
 *
 *     npx tsx test/fuzz/fuzz-recordings.ts [--seed N] [--minutes N] [--iteration N]
 */
import { parseArgs } from 'node:util';
import { EXPORT_FORMATS } from '../../store/index.ts';
import { exchange, message } from '../support/exchanges/index.ts';
import { exported, imported } from '../support/formats/index.ts';
import { seededRandom } from '../support/packets/index.ts';
import { below, oneOf, type Random } from './input.ts';

/** Far above what any file takes, also on a busy machine. */
const MAX_MILLIS = 10_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    iteration: { type: 'string' },
  },
});
const seed = Number(values.seed);
const only = values.iteration === undefined ? undefined : Number(values.iteration);

const EXCHANGES = [
  exchange(),
  exchange({ request: message('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n', Buffer.of(0, 0xff, 0x0a)) }),
  exchange({ response: undefined, status: 0, outcome: 'request-only' }),
  exchange({ protocol: 'thrift', attributes: { call: 'ping' } }),
];
const FILES = EXPORT_FORMATS.map((format) => exported(format, EXCHANGES).bytes);

/** A file with bytes changed, taken out, doubled, and numbers that are too large. */
function damaged(random: Random): Buffer {
  let file = Buffer.from(oneOf(random, FILES));
  for (let change = below(random, 6); change >= 0; change--) {
    const at = below(random, file.length);
    const [before, after] = [file.subarray(0, at), file.subarray(at)];
    switch (below(random, 5)) {
      case 0:
        file[at] = below(random, 256);
        break;
      case 1:
        file = Buffer.concat([before, after.subarray(below(random, 40))]);
        break;
      case 2:
        file = Buffer.concat([before, after.subarray(0, 200), after]);
        break;
      case 3:
        file = Buffer.concat([
          before,
          Buffer.from(oneOf(random, ['99999999999999999999', '-1', '🐵🙈🙉\n', '"', ':::'])),
          after,
        ]);
        break;
      default:
        file = Buffer.from(oneOf(random, [before, Buffer.concat([file, oneOf(random, FILES)])]));
    }
    if (file.length === 0) return file;
  }
  return file;
}

const until = performance.now() + Number(values.minutes) * 60_000;
let [iterations, exchanges, failures] = [0, 0, 0];
for (let i = only ?? 0; only === undefined ? performance.now() < until : iterations === 0; i++) {
  iterations++;
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ i);
  const start = performance.now();
  try {
    const read = imported(damaged(random), 1 + below(random, 300)).exchanges;
    exchanges += read.length;
    for (const format of EXPORT_FORMATS) exported(format, read);
    if (performance.now() - start > MAX_MILLIS) throw new Error('slow');
  } catch (error) {
    failures++;
    console.log(`FAILED: --seed ${seed} --iteration ${i}\n  ${(error as Error).stack}`);
  }
}
const megabytes = Math.round(process.memoryUsage.rss() / 1e6);
console.log(`${iterations} files, ${exchanges} exchanges, ${failures} failed, ${megabytes} MB resident`);
process.exit(failures > 0 ? 1 : 0);
