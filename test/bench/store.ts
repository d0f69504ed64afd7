/**
 * Figures of the embedded store: writing with index, scanning, looking up; beside it the layout that lost, one put an
 * exchange and one put a posting.
 *
 *   npx tsx test/bench/store.ts [EXCHANGES]        default 200,000
 *
 * Exchanges of about 1.3 kB: 20 operations, a trace id of its own each, bodies of JSON with names and numbers that
 * differ. CPU is that of the whole process, LevelDB's and the thread pool's threads included. Rates swing with the
 * machine's neighbours: compare what stands in one run.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Level } from 'level';
import { type Exchange, encodeExchange, KEY_BYTES, parseQuery } from '../../core/index.ts';
import {
  type BlockHeader,
  decodeBlock,
  encodeBlock,
  MAX_BLOCK_EXCHANGES,
  readBlockHeader,
} from '../../store/block/block.ts';
import { PayloadPacker, unpackPayload } from '../../store/block/payload.ts';
import { openStore } from '../../store/index.ts';
import { watchMemory } from '../support/memory-watch.ts';
import { storeTraffic } from './store-traffic.ts';

const EXCHANGES = Number(process.argv[2] ?? 200_000);
/** What a parser hands over at once. */
const APPEND = 256;
/** Made at a time, outside of what is measured: the heap stays as small as a capture's. */
const ROUND = 20_000;
/** One in so many is looked up afterwards. */
const KEPT_EVERY = 97;
/** The layout that lost is slow: a part of them says enough. */
const ENTRIES = Math.min(EXCHANGES, 100_000);
const LOOK_UPS = 100;

interface Sample {
  readonly wallMs: number;
  readonly cpuMicros: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What making the exchanges left behind is cleared away first: it is not the store's. */
async function measured(work: () => unknown): Promise<Sample> {
  collectGarbage();
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const used = process.cpuUsage(cpu);
  return { wallMs: performance.now() - wall, cpuMicros: used.user + used.system };
}

function print(name: string, count: number, { wallMs, cpuMicros }: Sample, more = ''): void {
  const rate = Math.round((count / wallMs) * 1000).toLocaleString('en');
  console.log(`${name.padEnd(44)} ${rate.padStart(10)}/s  ${(cpuMicros / count).toFixed(2).padStart(6)} µs CPU${more}`);
}

async function percentiles(work: (i: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < LOOK_UPS; i++) {
    const start = performance.now();
    await work(i);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(2)} ms`;
  return `median ${at(0.5)}, p99 ${at(0.99)}`;
}

/** Appends in rounds. @returns what the appending took, and some of the exchanges */
async function writeRounds(
  count: number,
  append: (exchanges: readonly Exchange[]) => Promise<unknown>,
  end: () => Promise<unknown>,
): Promise<{ written: Sample; kept: Exchange[]; encodedByteCount: number }> {
  let [wallMs, cpuMicros, encodedByteCount] = [0, 0, 0];
  const kept: Exchange[] = [];
  for (let first = 0; first < count; first += ROUND) {
    const exchanges = storeTraffic(Math.min(ROUND, count - first), first);
    const isLast = first + ROUND >= count;
    const sample = await measured(async () => {
      for (let i = 0; i < exchanges.length; i += APPEND) await append(exchanges.slice(i, i + APPEND));
      if (isLast) await end();
    });
    wallMs += sample.wallMs;
    cpuMicros += sample.cpuMicros;
    for (const [i, exchange] of exchanges.entries()) {
      encodedByteCount += encodeExchange(exchange).length;
      if (i % KEPT_EVERY === 0) kept.push(exchange);
    }
  }
  return { written: { wallMs, cpuMicros }, kept, encodedByteCount };
}

async function benchBlocks(path: string): Promise<void> {
  const { store } = await openStore({ path });
  const memory = watchMemory(process.pid);
  const { written, kept, encodedByteCount } = await writeRounds(
    EXCHANGES,
    (exchanges) => store.append(exchanges),
    () => store.flush(),
  );
  print('blocks: write with index, flushed', EXCHANGES, written);
  const { bytesOnDisk } = await store.statistics();
  console.log(`${'blocks: size on disk / encoded bytes'.padEnd(44)} ${(bytesOnDisk / encodedByteCount).toFixed(3)}`);

  // The first scan also pays for the engine's compiling what decodes.
  for (const order of ['oldest-first', 'oldest-first', 'newest-first'] as const) {
    let found = 0;
    const scanned = await measured(async () => {
      for await (const page of store.find({ order })) found += page.length;
    });
    print(`blocks: full scan decoded, ${order}`, found, scanned, found === EXCHANGES ? '' : `  ONLY ${found}`);
  }
  memory.stop();
  console.log(`${'blocks: RssAnon at most, traffic included'.padEnd(44)} ${Math.max(0, ...memory.megabytes)} MB`);
  const pick = (i: number): Exchange => kept[(i * 79) % kept.length] as Exchange;
  console.log(`blocks: get by id        ${await percentiles((i) => store.get(pick(i).id))}`);
  console.log(`blocks: trace            ${await percentiles((i) => store.trace(pick(i).trace?.traceId ?? ''))}`);
  const where = parseQuery('operation:"POST /orders/mirror" AND status:>=500');
  const firstPage = async (): Promise<void> => {
    for await (const _ of store.find({ where, limit: 100, order: 'newest-first' })) return;
  };
  console.log(`blocks: compound search  ${await percentiles(firstPage)}`);

  const client = await openStore({ path });
  let served = 0;
  const streamed = await measured(async () => {
    for await (const page of client.store.find({ limit: 100_000 })) served += page.length;
  });
  print(`blocks: scan through the ${client.role} socket`, served, streamed);
  await client.store.close();
  await store.close();
}

/** Making and opening blocks apart from all else, and what encryption at rest adds to it. */
async function benchCipher(): Promise<void> {
  const key = { id: '0a1b2c3d', bytes: new Uint8Array(KEY_BYTES).fill(7) };
  const exchanges = storeTraffic(ROUND);
  const packer = new PayloadPacker();
  const payloads: Buffer[] = [];
  const packed = await measured(() => {
    for (let i = 0; i + MAX_BLOCK_EXCHANGES <= exchanges.length; i += MAX_BLOCK_EXCHANGES) {
      payloads.push(packer.pack(exchanges.slice(i, i + MAX_BLOCK_EXCHANGES)));
    }
  });
  const count = payloads.length * MAX_BLOCK_EXCHANGES;
  print('a block alone: encoded', count, packed);
  for (const round of ['a block alone: decoded, first', 'a block alone: decoded, again']) {
    const decoded = await measured(() => {
      for (const payload of payloads) unpackPayload(payload, MAX_BLOCK_EXCHANGES, 0xffff_ffff, 0xffff_ffff);
    });
    print(round, count, decoded);
  }
  for (const [name, material] of [
    ['lz4', undefined],
    ['lz4, AES-256-GCM', key],
  ] as const) {
    const blocks: Buffer[] = [];
    const made = await measured(async () => {
      for (const [n, payload] of payloads.entries()) {
        blocks.push(await encodeBlock(n + 1, MAX_BLOCK_EXCHANGES, payload, material));
      }
    });
    print(`a block alone: made, ${name}`, count, made);
    const opened = await measured(async () => {
      for (const block of blocks) await decodeBlock(block, readBlockHeader(block) as BlockHeader, material);
    });
    print(`a block alone: unpacked, ${name}`, count, opened);
  }
}

/** An entry an exchange, and one for each of its five postings. */
async function benchEntries(path: string): Promise<void> {
  const folder = new Level<string, Uint8Array>(path, { valueEncoding: 'view', writeBufferSize: 16 * 1024 * 1024 });
  await folder.open();
  const { written, encodedByteCount } = await writeRounds(
    ENTRIES,
    (exchanges) => {
      const batch = folder.batch();
      for (const exchange of exchanges) putEntries(exchange, (key, value) => batch.put(key, value));
      return batch.write();
    },
    () => Promise.resolve(),
  );
  print('an entry each: write with index', ENTRIES, written);
  let found = 0;
  const scanned = await measured(async () => {
    const values = folder.values({ gte: 'd', lt: 'e' });
    for (let page = await values.nextv(256); page.length > 0; page = await values.nextv(256)) found += page.length;
    await values.close();
  });
  print('an entry each: full scan, not even decoded', found, scanned);
  await folder.close();
  const bytesOnDisk = await folderBytes(path);
  console.log(
    `${'an entry each: size on disk / encoded bytes'.padEnd(44)} ${(bytesOnDisk / encodedByteCount).toFixed(3)}`,
  );
}

const NOTHING = new Uint8Array(0);

function putEntries(exchange: Exchange, put: (key: string, value: Uint8Array) => void): void {
  const { id } = exchange;
  const key = `${id.at.toString(16)}-${id.flow}-${id.offset}`;
  put(`d${exchange.service}/${key}`, encodeExchange(exchange));
  put(`s${exchange.service}/${key}`, NOTHING);
  put(`o${exchange.operation}/${key}`, NOTHING);
  put(`c${exchange.status}/${key}`, NOTHING);
  put(`r${exchange.source}/${key}`, NOTHING);
  put(`t${exchange.trace?.traceId ?? ''}/${key}`, NOTHING);
}

async function folderBytes(path: string): Promise<number> {
  let byteCount = 0;
  for (const name of await readdir(path)) byteCount += (await stat(join(path, name))).size;
  return byteCount;
}

const path = await mkdtemp(join(tmpdir(), 'bytecopy-bench-store-'));
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  await benchBlocks(join(path, 'blocks'));
  await benchCipher();
  await benchEntries(join(path, 'entries'));
} finally {
  await rm(path, { recursive: true, force: true });
}
