/**
 * The emitter against nginx: as fast as possible beside `wrk -t1` with as many connections, interleaved, and paced as
 * nginx's access log saw it, beside whichever of vegeta and autocannon is there. nginx on one CPU, the generators on the
 * other.
 *
 *     npx tsx test/bench/emitter.ts [seconds a run] [only: max, 10, 1000, 10000, 20000, 30000]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Exchange, Ledger } from '../../core/index.ts';
import { Replayer, type ReplayReport, type TimingOptions } from '../../emitter/index.ts';
import { recording } from '../support/emitter/recording.ts';
import { reportOf } from '../support/emitter/report-of.ts';
import { SYSTEM_CLOCK } from '../support/emitter/system-clock.ts';
import { windowsOf } from '../support/emitter/windows.ts';
import { findNginx, type Nginx, startNginx } from '../support/servers/nginx.ts';

const CONNECTIONS = 50;
const ROUNDS = 5;
const RATES = [10, 1_000, 10_000, 20_000, 30_000];
const PAGE = 1_000;
const seconds = Number(process.argv[2] ?? 5);
const only = process.argv[3] ?? '';
const taskset = existsSync('/usr/bin/taskset') && cpus().length > 1;

if (findNginx() === undefined) {
  console.log('nginx is not installed: nothing to measure against');
} else {
  await main();
}

async function main(): Promise<void> {
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} CPUs, Node ${process.version}, pinned: ${taskset}`,
  );
  if (taskset) execFileSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
  const peers = [findPeer('vegeta'), findPeer('autocannon')].filter((peer) => peer !== undefined);
  console.log(
    `beside: ${peers.map(({ name }) => name).join(', ') || 'neither vegeta nor autocannon, which are not installed'}`,
  );
  if (only === '' || only === 'max') await compareWithWrk();
  for (const perSecond of RATES) {
    if (only !== '' && only !== String(perSecond)) continue;
    await pace(perSecond);
    for (const peer of peers) await pacePeer(peer, perSecond);
  }
}

interface Peer {
  readonly name: string;
  readonly path: string;
}

function findPeer(name: string): Peer | undefined {
  const path = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find(existsSync);
  return path === undefined ? undefined : { name, path };
}

async function pacePeer({ name, path }: Peer, perSecond: number): Promise<void> {
  const nginx = await start();
  try {
    const url = `${nginx.url}/items/1`;
    const [command, args, input] =
      name === 'vegeta'
        ? [
            path,
            ['attack', '-rate', `${perSecond}/1s`, '-duration', `${seconds}s`, '-output', '/dev/null'],
            `GET ${url}\n`,
          ]
        : [path, ['-c', String(CONNECTIONS), '-R', String(perSecond), '-d', String(seconds), url], ''];
    const pinned = taskset ? ['taskset', '-c', '1', command, ...args] : [command, ...args];
    spawnSync(pinned[0] as string, pinned.slice(1), { input, stdio: ['pipe', 'ignore', 'ignore'] });
    const times = (await nginx.lines()).map((line) => Math.round(Number(line.split('\t')[0]) * 1000));
    const log = windowsOf(times);
    const deviations = `SD ${log.deviation100.toFixed(2)} % per 100 ms, ${log.deviation10.toFixed(2)} % per 10 ms`;
    console.log(`  ${name.padEnd(10)} logged ${times.length}; seconds ${log.perSecond.join(' ')}; ${deviations}`);
  } finally {
    await nginx.stop();
  }
}

async function compareWithWrk(): Promise<void> {
  const nginx = await start();
  const ratios: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const wrk = runWrk(nginx);
      const { report, cpuMicros } = await replay(nginx, { kind: 'max' });
      const ours = report.answered / (report.durationMs / 1000);
      const ratio = wrk === undefined ? Number.NaN : ours / wrk;
      ratios.push(ratio);
      console.log(
        `max      wrk ${wrk?.toFixed(0) ?? 'absent'}/s, emitter ${ours.toFixed(0)}/s, ratio ${ratio.toFixed(2)}, ` +
          `${(cpuMicros / report.answered).toFixed(1)} µs CPU a request, balanced ${report.balanced}`,
      );
    }
  } finally {
    await nginx.stop();
  }
  console.log(`max      median ratio ${ratios.sort((one, other) => one - other)[ROUNDS >> 1]?.toFixed(2)}`);
}

async function pace(perSecond: number): Promise<void> {
  const nginx = await start();
  try {
    const { report, cpuMicros } = await replay(nginx, { kind: 'rate', perSecond });
    const times = (await nginx.lines()).map((line) => Math.round(Number(line.split('\t')[0]) * 1000));
    const log = windowsOf(times);
    const { fromIntended, scheduleLag } = report.latency;
    console.log(
      `${String(perSecond).padEnd(8)} logged ${times.length} of ${report.due} due; seconds ${log.perSecond.join(' ')}; ` +
        `SD ${log.deviation100.toFixed(2)} % per 100 ms, ${log.deviation10.toFixed(2)} % per 10 ms; ` +
        `lag p50 ${scheduleLag.p50} p99 ${scheduleLag.p99} max ${scheduleLag.max} µs; ` +
        `from intended p50 ${fromIntended.p50} p99 ${fromIntended.p99} µs; ` +
        `${(cpuMicros / report.durationMs / 10).toFixed(0)} % CPU, ${(cpuMicros / report.due).toFixed(1)} µs a request; ` +
        `${report.connections.peak} connections`,
    );
  } finally {
    await nginx.stop();
  }
}

async function replay(nginx: Nginx, timing: TimingOptions): Promise<{ report: ReplayReport; cpuMicros: number }> {
  const options = {
    target: nginx.url,
    timing,
    maxConnections: CONNECTIONS,
    durationMs: seconds * 1000,
    runId: 'bench',
  };
  const replayer = new Replayer({ ...options, writes: 'skip' }, { clock: SYSTEM_CLOCK, ledger: new Ledger() });
  const before = process.cpuUsage();
  const report = await reportOf(replayer.run(endless(recording({ count: PAGE, bytes: asWrkSends }))));
  const { user, system } = process.cpuUsage(before);
  return { report, cpuMicros: user + system };
}

/** The same page again and again; ends only with whoever reads it. */
function endless(page: readonly Exchange[]): AsyncIterable<readonly Exchange[]> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ value: page, done: false }) }) };
}

/** The request that wrk sends, so that both ask the server for the same; the emitter adds its marker. */
function asWrkSends(): string {
  return 'GET /items/1 HTTP/1.1\r\nHost: 127.0.0.9:8080\r\n\r\n';
}

/** Requests a second of `wrk -t1`, or undefined where it is absent. */
function runWrk(nginx: Nginx): number | undefined {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, `${nginx.url}/items/1`];
  const run = taskset
    ? spawnSync('taskset', ['-c', '1', 'wrk', ...args], { encoding: 'utf8' })
    : spawnSync('wrk', args, { encoding: 'utf8' });
  const found = /Requests\/sec:\s+([\d.]+)/.exec(run.stdout ?? '');
  return found === null ? undefined : Number(found[1]);
}

async function start(): Promise<Nginx> {
  const nginx = await startNginx(taskset ? { cpu: 0 } : {});
  await writeFile(nginx.accessLog, '');
  return nginx;
}
