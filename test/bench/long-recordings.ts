/**
 * Long recordings replayed from the store through the command line:
 *
 *   length   as fast as possible, of 100,000 and of 1,000,000 exchanges: memory has to be the same
 *   hour     an hour of recorded time at speed 60: it has to take a minute
 *
 *     npx tsx test/bench/long-recordings.ts [length | hour]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchMemory } from '../support/memory-watch.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { writeRecording } from '../support/store/long-recording.ts';
import { startCli } from './cli-process.ts';
import { machineLine } from './whole-process.ts';

const ONLY = process.argv[2] ?? '';
const LENGTHS = [100_000, 1_000_000];
const HOUR_SECONDS = 3_600;
/** µs between the requests of the hour: ten a second. */
const SPARSE_MICROS = 100_000;

interface Run {
  readonly report: {
    readonly due: number;
    readonly answered: number;
    readonly balanced: boolean;
    readonly durationMs: number;
    readonly rate: { readonly reached: boolean };
    readonly latency: { readonly scheduleLag: { readonly p99: number } };
  };
  readonly seconds: number;
  readonly megabytes: readonly number[];
}

async function replay(store: string, ...flags: readonly string[]): Promise<Run> {
  const nginx = await startNginx();
  try {
    const startedAt = performance.now();
    const cli = await startCli(['replay', '--to', nginx.url, '--store', store, '--json', ...flags]);
    const memory = watchMemory(cli.processId);
    const { stdout, stderr } = await cli.finished;
    memory.stop();
    if (stdout === '') throw new Error(stderr);
    return {
      report: JSON.parse(stdout),
      seconds: (performance.now() - startedAt) / 1_000,
      megabytes: memory.megabytes,
    };
  } finally {
    await nginx.stop();
  }
}

async function length(folder: string): Promise<void> {
  for (const count of LENGTHS) {
    const store = join(folder, `of-${count}`);
    await writeRecording(store, count, 100);
    const { report, seconds, megabytes } = await replay(store, '--qps', 'max', '--connections', '50');
    const sorted = [...megabytes].sort((one, other) => one - other);
    console.log(
      `${count.toLocaleString('en').padStart(9)} exchanges: ${report.answered} of ${report.due} answered in ${seconds.toFixed(1)} s`,
      `(${Math.round((report.answered * 1_000) / report.durationMs)}/s), ${report.balanced ? 'balanced' : 'NOT BALANCED'};`,
      `RssAnon peak ${sorted.at(-1)} MB, median ${sorted[Math.floor(sorted.length / 2)]} MB`,
    );
    await rm(store, { recursive: true });
  }
}

async function hour(folder: string): Promise<void> {
  const store = join(folder, 'hour');
  await writeRecording(store, (HOUR_SECONDS * 1_000_000) / SPARSE_MICROS + 1, SPARSE_MICROS);
  const { report } = await replay(store, '--speed', '60');
  console.log(
    `an hour at speed 60: ${(report.durationMs / 1_000).toFixed(3)} s, ${report.answered} of ${report.due} answered,`,
    `lag p99 ${report.latency.scheduleLag.p99} µs, rate ${report.rate.reached ? 'reached' : 'NOT REACHED'}`,
  );
}

console.log(machineLine());
const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
try {
  for (const run of [length, hour]) if (run.name.includes(ONLY)) await run(folder);
} finally {
  await rm(folder, { recursive: true });
}
