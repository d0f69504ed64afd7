/**
 * Hostile input until the time is over: nothing throws, every ledger adds up and is empty at the end, memory stays
 * bounded, time stays linear.
 *
 *     npx tsx test/fuzz/fuzz.ts --seed 7 --minutes 5
 *     npx tsx test/fuzz/fuzz.ts --seed 7 --iteration 1234      one input again, as a failure names it
 *
 * A failing input is written as a capture file. Ends with 1 when an input failed.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pcapOf } from '../support/packets/index.ts';
import type { FuzzInput } from './input.ts';
import { corpusCaptures, inputOf } from './inputs.ts';
import { runThrough } from './run-through.ts';

/** What collector and parser may hold at most by their bounds, and what Node and the corpus take beside it. */
const MAX_RESIDENT_BYTES = 1024 * 1024 * 1024;
/** An input slower than this, three times in a row, is not read in linear time; usual are 0.05 to 0.5. */
const MAX_MICROS_PER_BYTE = 20;
/** Below it start-up costs dominate. */
const MIN_TIMED_BYTES = 20_000;
const REPORT_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    iteration: { type: 'string' },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
const only = values.iteration === undefined ? undefined : Number(values.iteration);
if (![seed, minutes, only ?? 0].every((number) => Number.isFinite(number) && number >= 0)) {
  console.error('usage: fuzz.ts [--seed N] [--minutes N] [--iteration N]');
  process.exit(2);
}

const captures = corpusCaptures();
console.log(`seed ${seed}, ${captures.length} captures of the corpus`);
const began = performance.now();
const until = began + minutes * 60_000;
let [iterations, failures, exchanges, bytes, slowest, reportAt] = [0, 0, 0, 0, 0, began + REPORT_EVERY_MS];
for (let iteration = only ?? 0; only !== undefined ? iterations === 0 : performance.now() < until; iteration++) {
  const input = inputOf(seed, iteration, captures);
  iterations++;
  try {
    const run = runThrough(input.packets);
    exchanges += run.exchanges;
    bytes += run.byteCount;
    slowest = Math.max(slowest, checkedTime(input, run.byteCount));
    const rss = process.memoryUsage.rss();
    if (rss > MAX_RESIDENT_BYTES) throw new Error(`${Math.round(rss / 1e6)} MB of memory`);
  } catch (error) {
    failures++;
    report(input, iteration, error as Error);
  }
  // Native memory of finished decompressions is given back between turns of the event loop.
  if (iteration % 100 === 0) await setImmediate();
  if (performance.now() > reportAt) {
    reportAt += REPORT_EVERY_MS;
    progress();
  }
}
progress();
process.exit(failures > 0 ? 1 : 0);

/** @returns µs a byte. @throws Error when the input is slow again and again */
function checkedTime(input: FuzzInput, byteCount: number): number {
  if (byteCount < MIN_TIMED_BYTES) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && best > MAX_MICROS_PER_BYTE; attempt++) {
    const start = performance.now();
    runThrough(input.packets);
    best = Math.min(best, ((performance.now() - start) * 1000) / byteCount);
  }
  if (best > MAX_MICROS_PER_BYTE) throw new Error(`${best.toFixed(1)} µs a byte`);
  return best;
}

function report(input: FuzzInput, iteration: number, error: Error): void {
  const file = join(tmpdir(), `bytecopy-fuzz-${seed}-${iteration}.pcap`);
  writeFileSync(file, pcapOf(input.packets));
  console.log(`FAILED: ${input.name}\n  --seed ${seed} --iteration ${iteration}, packets in ${file}\n  ${error.stack}`);
}

function progress(): void {
  const rss = process.memoryUsage.rss();
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${seconds} s: ${iterations} inputs, ${Math.round(bytes / 1e6)} MB, ${exchanges} exchanges, ${failures} failed, ` +
      `slowest ${slowest.toFixed(2)} µs a byte, ${Math.round(rss / 1e6)} MB resident`,
  );
}
