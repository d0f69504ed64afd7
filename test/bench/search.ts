/**
 * Figures of looking up and searching in a large embedded store.
 *
 *   npx tsx test/bench/search.ts [EXCHANGES] [FOLDER]        default 5,000,000, in a temporary folder
 *
 * The store of `storeTraffic` is written once, spread over five hours, with four exchanges a trace, sessions of eight,
 * instances, a label, and latencies between 0.2 ms and some seconds. It is opened anew before it is asked. A store that is
 * in FOLDER already is asked as it is, and left there; otherwise it is removed at the end. Latencies swing with the
 * machine's neighbours: compare what stands in one run.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Exchange, type Message, parseQuery } from '../../core/index.ts';
import { LevelIndexLayer, openStore } from '../../store/index.ts';
import { NOON_MICROS } from '../support/exchanges/index.ts';
import { storeTraffic } from './store-traffic.ts';

const EXCHANGES = Number(process.argv[2] ?? 5_000_000);
const FOLDER = process.argv[3];
const SPREAD_MICROS = 5 * 3600 * 1_000_000;
const ROUND = 20_000;
const APPEND = 256;
const TRACES = 400;
/** Of each query of the mix. */
const ROUNDS = 40;
const FIRST_PAGE = 100;

/** What people look for: an operation's errors, a service's slow answers, a user's session, what is not usual. */
const MIX = [
  'operation:"POST /orders/mirror" AND status:>=500',
  'service:catalogue AND operation:"GET /items/lamp" AND status:>=500 AND latency:>200ms',
  'service:orders AND latency:>2s',
  'NOT status:200 AND label.team:shop AND NOT instance:web-3',
  'instance:web-7 AND verb:POST AND (status:503 OR latency:>1s)',
  'session:s-SESSION',
  'operation:POST* AND status:5??',
  'service:front AND label.team:search AND status:503 AND latency:<1ms',
  'instance:web-1* AND latency:[400ms TO 500ms] AND status:503',
  'service:nobody OR reason:*',
] as const;

/** Exchange `i` as it is in this store. */
function spread(exchange: Exchange, i: number): Exchange {
  const at = NOON_MICROS + Math.floor((i / EXCHANGES) * SPREAD_MICROS);
  const latency = latencyOf(i);
  const moved = (message: Message | undefined, by: number): { request: Message } | undefined =>
    message && { request: { ...message, firstByteAt: at + by, lastByteAt: at + by } };
  const response = moved(exchange.response, latency)?.request;
  return {
    ...exchange,
    id: { ...exchange.id, at },
    session: sessionOf(i),
    trace: { traceId: traceOf(i), spanId: '', parentSpanId: '' },
    origin: {
      tenant: '',
      environment: 'production',
      region: 'eu',
      instance: `web-${i % 20}`,
      labels: i % 3 === 0 ? SHOP : SEARCH,
    },
    ...moved(exchange.request, 0),
    ...(response === undefined ? {} : { response }),
  };
}

const SHOP = { team: 'shop' };
const SEARCH = { team: 'search' };

function sessionOf(i: number): string {
  return `s-${Math.floor(i / 1000) * 100 + (i % 125)}`;
}

function traceOf(i: number): string {
  return createHash('md5')
    .update(String(i >> 2))
    .digest('hex');
}

/** Between 0.2 ms and 6 s, the longer the rarer. */
function latencyOf(i: number): number {
  const share = ((i * 2_654_435_761) % 1_000_003) / 1_000_003;
  return Math.round(200 * 30_000 ** (share * share * share));
}

async function write(path: string): Promise<void> {
  const { store } = await openStore({ path });
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  for (let first = 0; first < EXCHANGES; first += ROUND) {
    const exchanges = storeTraffic(Math.min(ROUND, EXCHANGES - first), first).map((each, n) => spread(each, first + n));
    for (let i = 0; i < exchanges.length; i += APPEND) await store.append(exchanges.slice(i, i + APPEND));
  }
  await store.flush();
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  const micros = ((used.user + used.system) / EXCHANGES).toFixed(1);
  console.log(`written with what made it: ${seconds.toFixed(0)} s, ${micros} µs CPU an exchange`);
  await store.close();
}

function report(name: string, times: number[], more = ''): void {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2)} ms`;
  console.log(`${name.padEnd(72)} median ${at(0.5).padStart(10)}, p99 ${at(0.99).padStart(10)}${more}`);
}

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  times.push(performance.now() - started);
  return result;
}

/** Anonymous memory in MB, as the machine counts it. */
async function anonymousMegabytes(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return (Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024).toFixed(0);
}

const path = FOLDER ?? (await mkdtemp(join(tmpdir(), 'bytecopy-bench-search-')));
const isThere = existsSync(join(path, 'bytecopy.json'));
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  if (!isThere) await write(path);
  const { store } = await openStore({ path });
  const { bytesOnDisk } = await store.statistics();
  console.log(`${EXCHANGES.toLocaleString('en')} exchanges, ${(bytesOnDisk / 1024 / 1024).toFixed(0)} MiB on disk`);

  let seed = 1;
  const pick = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % EXCHANGES;
  };
  const first: number[] = [];
  await timed(first, () => store.trace(traceOf(pick())));
  report('first trace since opening', first);
  const traces: number[] = [];
  let lost = 0;
  for (let n = 0; n < TRACES; n++) {
    const found = await timed(traces, () => store.trace(traceOf(pick())));
    if (found.length !== 4) lost++;
  }
  report('trace, without times', traces, lost === 0 ? '' : `  ${lost} NOT FOUND WHOLE`);
  const absent: number[] = [];
  for (let n = 0; n < TRACES; n++) await timed(absent, () => store.trace(traceOf(EXCHANGES * 2 + pick())));
  report('trace that is not there', absent);

  const all: number[] = [];
  for (const text of MIX) {
    const times: number[] = [];
    let found = 0;
    let read = '';
    for (let n = 0; n < ROUNDS; n++) {
      const where = parseQuery(text.replace('SESSION', sessionOf(pick()).slice(2)));
      await timed(times, async () => {
        found = 0;
        const pages = store.find({ where, limit: FIRST_PAGE, order: 'newest-first' }, (scan) => {
          read = `${scan.exchanges} read of ${scan.blocks} blocks, index ${scan.index}`;
        });
        for await (const page of pages) found += page.length;
      });
    }
    all.push(...times);
    report(text, times, `  ${found} found, ${read}`);
  }
  report('first page of all of the mix', all);
  console.log(`anonymous memory ${await anonymousMegabytes()} MB`);
  await store.close();

  const index = new LevelIndexLayer({ path: join(path, 'index') });
  const [segment] = await index.segments();
  if (segment !== undefined) {
    const walk: number[] = [];
    let blocks = 0;
    await timed(walk, async () => {
      for await (const page of index.contents(segment)) blocks += page.length;
    });
    report(`contents of one segment, ${blocks} blocks`, walk, `  anonymous memory ${await anonymousMegabytes()} MB`);
  }
  await index.close();
} finally {
  if (!isThere && FOLDER === undefined) await rm(path, { recursive: true, force: true });
}
