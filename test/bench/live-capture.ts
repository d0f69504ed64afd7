/**
 * Live capture into the store beside nginx's access log: `bytecopy capture` as a process, under a paced load (hey) and
 * as much as `wrk -t1` makes, over keep-alive connections and one each. Every line: exchanges stored against lines
 * logged, what the kernel dropped, whether the ledger adds up, and the CPU of all our processes an exchange.
 *
 *     npx tsx test/bench/live-capture.ts [seconds a run] [only: text that the name of a run contains]
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram, PROJECT_DIR } from '../support/machine.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { startCli } from './cli-process.ts';
import { machineLine } from './whole-process.ts';

const SECONDS = Number(process.argv[2] ?? 10);
const ONLY = process.argv[3] ?? '';
const CONNECTIONS = 50;
/** The store's own flushing and checkpoint belong to the cost: they are waited for before CPU is read. */
const SETTLING_MS = 1_500;

interface Run {
  readonly name: string;
  readonly command: (url: string) => readonly [string, readonly string[]];
  readonly interface?: string;
  /** Further terminals that search the store over and over meanwhile. */
  readonly searches?: readonly string[];
}

const RUNS: readonly Run[] = [
  ...[1_000, 5_000, 10_000].flatMap((perSecond) => [
    { name: `${perSecond}/s keep-alive`, command: hey(perSecond) },
    { name: `${perSecond}/s connection a request`, command: hey(perSecond, '-disable-keepalive') },
  ]),
  { name: '5000/s on any', command: hey(5_000), interface: 'any' },
  { name: '5000/s and find', command: hey(5_000), searches: ['', `trace:${'0af7651916cd43dd8448eb211c80319c'}`] },
  { name: 'wrk keep-alive', command: wrk() },
  { name: 'wrk connection a request', command: wrk('-H', 'Connection: close') },
];

function hey(perSecond: number, ...flags: readonly string[]): Run['command'] {
  const pace = ['-z', `${SECONDS}s`, '-c', String(CONNECTIONS), '-q', String(perSecond / CONNECTIONS)];
  return (url) => ['hey', [...pace, ...flags, '-H', TRACEPARENT, `${url}/items/1`]];
}

function wrk(...flags: readonly string[]): Run['command'] {
  return (url) => ['wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...flags, '-H', TRACEPARENT, `${url}/items/1`]];
}

const TRACEPARENT = 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function measure(run: Run): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
  const store = join(folder, 'store');
  const nginx = await startNginx();
  try {
    const port = String(nginx.port);
    const flags = ['-i', run.interface ?? 'lo', '-p', port, '--store', store, '--json'];
    const capture = await startCli(['capture', ...flags], 'capturing');
    const before = capture.cpuMicros();
    let loading = true;
    const searching = Promise.all((run.searches ?? []).map((query) => searchWhile(() => loading, query, store)));
    await promisify(execFile)(...run.command(nginx.url), { maxBuffer: 1 << 26 });
    loading = false;
    const searches = await searching;
    await delay(SETTLING_MS);
    const cpuMicros = capture.cpuMicros() - before;
    const processes = capture.cpuByProcess();
    const { code, stdout, stderr } = await capture.interrupt();
    if (code !== 0) throw new Error(`capture ended with ${code}: ${stderr}`);
    const logged = (await nginx.lines()).length;
    const stored = await countStored(store);
    const ledger = JSON.parse(stdout) as { balanced: boolean; facts: Record<string, number> };
    const dropped = ledger.facts['kernel-dropped-packets'];
    const lost = Object.entries(ledger.facts).filter(([name]) => name.includes('dropped') || name.includes('shed'));
    return [
      run.name.padEnd(30),
      `${Math.round(logged / SECONDS)}/s`.padStart(9),
      `stored ${stored} of ${logged}${stored === logged ? '' : '  DIFFERS'}`.padEnd(30),
      `${dropped} drops`.padEnd(10),
      ledger.balanced ? 'balanced' : 'NOT BALANCED',
      ` ${(cpuMicros / stored).toFixed(1)} µs an exchange`,
      `(${processes.map(({ name, micros }) => `${name} ${(micros / 1e6).toFixed(2)} s`).join(', ')})`,
      searches.map(({ answers, exchanges }) => `${answers} searches found up to ${exchanges}`).join(', '),
      lost.some(([, count]) => count > 0) ? JSON.stringify(lost) : '',
    ].join(' ');
  } finally {
    await nginx.stop();
    await rm(folder, { recursive: true });
  }
}

async function searchWhile(going: () => boolean, query: string, store: string) {
  let answers = 0;
  let exchanges = 0;
  while (going()) {
    exchanges = Math.max(exchanges, await countStored(store, query, '--limit', '10000'));
    answers++;
  }
  return { answers, exchanges };
}

async function countStored(store: string, query = '', ...flags: readonly string[]): Promise<number> {
  const args = [`${PROJECT_DIR}/dist/cli/bin.js`, 'find', query, '--store', store, '--json', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let lines = 0;
  for await (const _ of createInterface(child.stdout)) lines++;
  const [code] = await ended;
  if (code !== 0) throw new Error(`find ended with ${code}`);
  return lines;
}

console.log(`${machineLine()}; ${SECONDS} s a run, ${CONNECTIONS} connections, 1 kB answers`);
console.log('GoReplay to a flat file, requests and responses, at 10,000/s: 17-20 µs an exchange, for comparison');
for (const run of RUNS.filter(({ name }) => name.includes(ONLY))) {
  const tool = run.command('')[0];
  console.log(findProgram(tool) === undefined ? `${run.name}: ${tool} is not installed` : await measure(run));
}
