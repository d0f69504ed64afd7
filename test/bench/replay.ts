/**
 * Replay from the store through the command line, counted in nginx's access log: recorded with `bytecopy capture`, then
 * sent at 100, 1,000 and 10,000 a second, as a loop over a recording that is much shorter than the run, and as fast as
 * possible beside `wrk -t1` with as many connections, interleaved.
 *
 *     npx tsx test/bench/replay.ts [seconds a run] [only: text that the name of a run contains]
 *
 * Beside wrk, nginx is pinned to one CPU and the generators to the other, where `taskset` is present. Paced runs are not
 * pinned, as users run them: on one CPU the pacing would share it with V8's own threads.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { windowsOf } from '../support/emitter/windows.ts';
import { pacedLoad } from '../support/load/paced-load.ts';
import { PROJECT_DIR } from '../support/machine.ts';
import { type Nginx, startNginx } from '../support/servers/nginx.ts';
import { startCli } from './cli-process.ts';
import { machineLine, median } from './whole-process.ts';

const SECONDS = Number(process.argv[2] ?? 10);
const ONLY = process.argv[3] ?? '';
const RECORDED = 10_000;
const CONNECTIONS = 50;
const ROUNDS = 3;
const PINNED = existsSync('/usr/bin/taskset') && cpus().length > 1;

interface Report {
  readonly due: number;
  readonly answered: number;
  readonly durationMs: number;
  readonly balanced: boolean;
  readonly latency: { readonly scheduleLag: { readonly p50: number; readonly p99: number; readonly max: number } };
}

/** A store filled by a live capture. */
async function record(store: string): Promise<void> {
  const nginx = await startNginx();
  const flags = ['-i', 'lo', '-p', String(nginx.port), '--store', store, '--json'];
  const capture = await startCli(['capture', ...flags], 'capturing');
  await pacedLoad({ port: nginx.port, ratePerSecond: 3_000, requests: RECORDED, keepAlive: true });
  const { code, stderr } = await capture.interrupt();
  await nginx.stop();
  if (code !== 0) throw new Error(`capture ended with ${code}: ${stderr}`);
}

async function replay(nginx: Nginx, store: string, flags: readonly string[], pin = false): Promise<Report> {
  const args = ['replay', '--to', nginx.url, '--store', store, '--allow-target', '--json', ...flags];
  const command = [process.execPath, join(PROJECT_DIR, 'dist/cli/bin.js'), ...args];
  const placed: [string, string[]] = pin ? pinned(command) : [process.execPath, command.slice(1)];
  const { stdout } = await promisify(execFile)(...placed, { maxBuffer: 1 << 26 }).catch((error) => {
    if (error.code !== 4) throw error; // the rate was not reached: the figures say so
    return error as { stdout: string };
  });
  return JSON.parse(stdout) as Report;
}

async function pace(store: string, perSecond: number, ...flags: readonly string[]): Promise<string> {
  const nginx = await start(false);
  try {
    const report = await replay(nginx, store, ['--qps', String(perSecond), ...flags]);
    const times = (await nginx.lines()).map((line) => Math.round(Number(line.split('\t')[0]) * 1000));
    const log = windowsOf(times);
    const allowed = Math.max(1, perSecond / 100);
    const off = log.perSecond.filter((count) => Math.abs(count - perSecond) > allowed).length;
    const { scheduleLag } = report.latency;
    return [
      `logged ${times.length} of ${report.due} due; seconds ${Math.min(...log.perSecond)} to ${Math.max(...log.perSecond)}`,
      `(${off} of ${log.perSecond.length} off by more than 1 %)`,
      `SD ${log.deviation100.toFixed(2)} % per 100 ms, ${log.deviation10.toFixed(2)} % per 10 ms;`,
      `lag p50 ${scheduleLag.p50} p99 ${scheduleLag.p99} max ${scheduleLag.max} µs;`,
      report.balanced ? 'balanced' : 'NOT BALANCED',
    ].join(' ');
  } finally {
    await nginx.stop();
  }
}

async function compareWithWrk(store: string): Promise<string> {
  const nginx = await start(PINNED);
  const ratios: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const wrk = await runWrk(nginx);
      const flags = ['--qps', 'max', '--loop', '--duration', `${SECONDS}s`, '--connections', String(CONNECTIONS)];
      const report = await replay(nginx, store, flags, PINNED);
      ratios.push(report.answered / (report.durationMs / 1000) / wrk);
    }
  } finally {
    await nginx.stop();
  }
  return `${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} of wrk -t1; median ${median(ratios).toFixed(2)}`;
}

async function runWrk(nginx: Nginx): Promise<number> {
  const { stdout } = await promisify(execFile)(
    ...pinned(['wrk', '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, `${nginx.url}/items/1`]),
  );
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}

function pinned([program = '', ...args]: readonly string[]): [string, string[]] {
  return PINNED ? ['taskset', ['-c', '1', program, ...args]] : [program, args];
}

async function start(pin: boolean): Promise<Nginx> {
  const nginx = await startNginx(pin ? { cpu: 0 } : {});
  await writeFile(nginx.accessLog, '');
  return nginx;
}

console.log(`${machineLine()}; ${SECONDS} s a run, ${RECORDED} exchanges recorded, pinned beside wrk: ${PINNED}`);
const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
const store = join(folder, 'store');
try {
  await record(store);
  const runs: [string, () => Promise<string>][] = [100, 1_000, 10_000].map((perSecond) => [
    `${perSecond}/s`,
    () => pace(store, perSecond, '--loop', '--duration', `${SECONDS}s`),
  ]);
  runs.push(['10 passes at 10000/s', () => pace(store, 10_000, '--loop', '10')]);
  runs.push(['max', () => compareWithWrk(store)]);
  for (const [name, run] of runs) if (name.includes(ONLY)) console.log(`${name.padEnd(22)} ${await run()}`);
} finally {
  await rm(folder, { recursive: true });
}
