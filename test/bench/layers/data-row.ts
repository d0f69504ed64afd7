/**
 * One row of a data layer: blocks as large as usual ones put as a writer does, two batches under way, then read.
 *
 *   put    blocks/s of 25 kB that do not compress, and exchanges/s at 64 a block, to the end of the sync
 *   scan   blocks/s, the whole segment in order
 *   keys   keys/s
 *   get    a block by its key, one at a time
 */
import { randomFillSync } from 'node:crypto';
import { type DataEntry, type DataLayer, formatSegment } from '../../../core/index.ts';
import { encodeBlockKey, hashService } from '../../../store/block/block-key.ts';
import { sliceOf } from '../../../store/block/time-slice.ts';
import { NOON_MICROS } from '../../support/exchanges/index.ts';

const SEGMENT = formatSegment(NOON_MICROS);
const BLOCK_BYTES = 25_000;
const EXCHANGES_A_BLOCK = 64;
const SERVICES = 6;
/** From one block to the next: 10,000 exchanges a second. */
const STEP_MICROS = 6400;
const BATCH_BLOCKS = 64;
const LOOK_UPS = 300;
/** Cut differently for every block: random bytes cost more to make than to store. */
const NOISE = randomFillSync(Buffer.alloc(1024 * 1024));

export const DATA_HEADER = `${'data layer'.padEnd(12)}${['put, blocks', 'put, exchanges', 'scan, blocks', 'keys'].map((name) => name.padStart(16)).join('')}   get`;

export async function dataRow(name: string, layer: DataLayer, blocks: number): Promise<string> {
  const batches = Array.from({ length: Math.ceil(blocks / BATCH_BLOCKS) }, (_, n) => n * BATCH_BLOCKS);
  await layer.put([block(blocks)], 'buffered'); // makes the segment: once an hour, and not what is measured
  const putSeconds = await seconds(async () => {
    const put = async (): Promise<void> => {
      for (let first = batches.shift(); first !== undefined; first = batches.shift()) {
        const count = Math.min(BATCH_BLOCKS, blocks - first);
        await layer.put(
          Array.from({ length: count }, (_, n) => block((first ?? 0) + n)),
          'buffered',
        );
      }
    };
    await Promise.all([put(), put()]);
    await layer.sync();
  });
  let scanned = 0;
  const scanSeconds = await seconds(async () => {
    for await (const page of layer.scan({ segment: SEGMENT })) scanned += page.length;
  });
  let listed = 0;
  const keySeconds = await seconds(async () => {
    for await (const page of layer.keys({ segment: SEGMENT })) listed += page.length;
  });
  if (scanned !== blocks + 1 || listed !== scanned)
    throw new Error(`${name}: ${scanned} and ${listed} of ${blocks + 1}`);
  const times: number[] = [];
  for (let i = 0; i < LOOK_UPS; i++) {
    const { key } = block((i * 7919) % blocks);
    times.push(1000 * (await seconds(() => layer.getMany(SEGMENT, [key]))));
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  const rates = [
    blocks / putSeconds,
    (blocks * EXCHANGES_A_BLOCK) / putSeconds,
    scanned / scanSeconds,
    listed / keySeconds,
  ];
  const columns = rates.map((rate) => `${Math.round(rate).toLocaleString('en')}/s`.padStart(16)).join('');
  return `${name.padEnd(12)}${columns}   median ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

function block(n: number): DataEntry {
  const firstAt = NOON_MICROS + n * STEP_MICROS;
  const start = (n * 4099) % (NOISE.length - BLOCK_BYTES);
  return {
    segment: SEGMENT,
    key: encodeBlockKey({
      slice: sliceOf(firstAt),
      serviceHash: hashService(`service-${n % SERVICES}`),
      firstAt,
      lastAt: firstAt,
      sequence: n + 1,
      count: EXCHANGES_A_BLOCK,
    }),
    value: NOISE.subarray(start, start + BLOCK_BYTES),
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
