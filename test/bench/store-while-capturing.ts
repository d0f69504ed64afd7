/**
 * One store, one writer, and three that read through its socket without pause: `capture` under 10,000 requests a second,
 * beside it `find` and `trace` one after the other and a replay of what was captured before.
 *
 *     npx tsx test/bench/store-while-capturing.ts [seconds] [requests a second]        default 15 s, 10,000
 *
 * Printed: stored against the lines of nginx's access log, drops, the ledger, memory of the owner, and what the readers
 * got. Searches are asked of the socket by this process, as commands ask it; `find` as a process of its own is counted
 * apart, because starting Node takes longer than searching. Everything shares the machine's cores, the load too. Needs
 * hey, nginx, and `npm run build`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ExchangeStore, parseQuery } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import { watchMemory } from '../support/memory-watch.ts';
import { startNginx } from '../support/servers/nginx.ts';
import { startCli } from './cli-process.ts';
import { machineLine } from './whole-process.ts';

const SECONDS = Number(process.argv[2] ?? 15);
const PER_SECOND = Number(process.argv[3] ?? 10_000);
const CONNECTIONS = 50;
/** Sends of the replay, which shares the cores with all others. */
const REPLAY_PER_SECOND = 500;
/** Captured before anybody reads. */
const FIRST_SECONDS = 2;
const SETTLING_MS = 1_500;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const FIRST_PAGE = 100;

const exec = promisify(execFile);

function hey(url: string, seconds: number, path: string, ...headers: readonly string[]) {
  const pace = ['-z', `${seconds}s`, '-c', String(CONNECTIONS), '-q', String(PER_SECOND / CONNECTIONS)];
  return exec('hey', [...pace, ...headers.flatMap((header) => ['-H', header]), `${url}${path}`], {
    maxBuffer: 1 << 26,
  });
}

interface Tally {
  readonly times: number[];
  found: number;
}

/** The same again and again until it is over. */
async function repeat(going: () => boolean, work: () => Promise<number>): Promise<Tally> {
  const tally: Tally = { times: [], found: 0 };
  while (going()) {
    const started = performance.now();
    tally.found = Math.max(tally.found, await work());
    tally.times.push(performance.now() - started);
  }
  return tally;
}

async function firstPage(store: ExchangeStore, query: string): Promise<number> {
  let found = 0;
  const pages = store.find({ where: parseQuery(query), order: 'newest-first', limit: FIRST_PAGE });
  for await (const page of pages) found += page.length;
  return found;
}

async function commandFind(path: string): Promise<number> {
  const end = await startCli(['find', 'status:200', '--newest', '--limit', '100', '--json', '--store', path]);
  return (await end.finished).stdout.split('\n').length - 1;
}

function print(name: string, { times, found }: Tally): void {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)} ms`;
  const rate = `${(times.length / SECONDS).toFixed(1)}/s`;
  console.log(`${name.padEnd(34)} ${rate.padStart(9)}   p50 ${at(0.5)}, p99 ${at(0.99)}   found up to ${found}`);
}

const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
const path = join(folder, 'store');
const keys = ['--key-file', join(folder, 'keys')];
const nginx = await startNginx();
const target = await startNginx();
try {
  console.log(`${machineLine()}; load ${loadavg()[0]?.toFixed(1)}; ${SECONDS} s at ${PER_SECOND}/s`);
  const flags = ['-i', 'lo', '-p', String(nginx.port), '--store', path, '--json', ...keys];
  const capture = await startCli(['capture', ...flags], 'capturing');
  const memory = watchMemory(capture.processId);
  await hey(nginx.url, FIRST_SECONDS, '/items/7', `traceparent: 00-${TRACE_ID}-b7ad6b7169203331-01`);
  await delay(SETTLING_MS);
  const recorded = (await nginx.lines()).length;

  let loading = true;
  const going = () => loading;
  const { store, role } = await openStore({ path, access: 'read' });
  const before = capture.cpuMicros();
  const traced = Math.min(recorded, FIRST_PAGE);
  const asked = `trace:${TRACE_ID} AND status:200`;
  const replay = startCli([
    ...['replay', '--store', path, '--where', asked, '--to', target.url, '--allow-target', '--loop', '--json', ...keys],
    ...['--qps', String(REPLAY_PER_SECOND), '--duration', `${SECONDS}s`],
  ]);
  const readers = Promise.all([
    repeat(going, () => firstPage(store, 'operation:"GET /items/1" AND status:200')),
    repeat(going, () => firstPage(store, `trace:${TRACE_ID}`)),
    repeat(going, () => commandFind(path)),
  ]);
  await hey(nginx.url, SECONDS, '/items/1');
  loading = false;
  const [search, trace, command] = await readers;
  const replayed = await (await replay).finished;
  await store.close();
  await delay(SETTLING_MS);
  const cpuMicros = capture.cpuMicros() - before;
  const { code, stdout, stderr } = await capture.interrupt();
  memory.stop();
  if (code !== 0) throw new Error(`capture ended with ${code}: ${stderr}`);
  const logged = (await nginx.lines()).length;
  const ledger = JSON.parse(stdout) as { balanced: boolean; facts: Record<string, number> };
  const after = await openStore({ path, access: 'read' });
  const { exchanges } = await after.store.statistics();
  await after.store.close();

  const same = exchanges === logged ? 'no loss' : 'DIFFERS';
  console.log(`capture, ${Math.round((logged - recorded) / SECONDS)}/s: stored ${exchanges} of ${logged}, ${same}`);
  console.log(
    `  ${ledger.facts['kernel-dropped-packets']} kernel drops, ${ledger.balanced ? 'balanced' : 'NOT BALANCED'}, ` +
      `${(cpuMicros / (logged - recorded)).toFixed(1)} µs CPU an exchange with serving, RssAnon at most ${Math.max(...memory.megabytes)} MB`,
  );
  print(`search, first ${FIRST_PAGE}, as ${role}`, search);
  print(`a trace's newest ${traced}, as ${role}`, trace);
  print('find, a process each', command);
  const sent = (await target.lines()).length;
  const report = JSON.parse(replayed.stdout) as { readonly answered?: number };
  const told = report.answered === sent ? 'as it reports' : `it reports ${report.answered}`;
  console.log(
    `replay, exit code ${replayed.code}: ${(sent / SECONDS).toFixed(0)}/s of ${REPLAY_PER_SECOND}/s asked, ${told}`,
  );
} finally {
  await nginx.stop();
  await target.stop();
  await rm(folder, { recursive: true });
}
