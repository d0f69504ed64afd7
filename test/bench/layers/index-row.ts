/**
 * One row of an index layer: blocks of 64 documents put as a writer does, two batches under way, then searches.
 *
 *   put       documents/s, from the first put to the end of the sync that makes all of them seen
 *   search    the first page of a mix: a trace, a service and a status range, an operation, a session and a time
 *   count     of a service and a status range
 */
import {
  formatSegment,
  type IndexDocument,
  type IndexEntry,
  type IndexLayer,
  type IndexSearch,
  parseQuery,
  type Query,
} from '../../../core/index.ts';
import { encodeBlockKey, hashService } from '../../../store/block/block-key.ts';
import { sliceOf } from '../../../store/block/time-slice.ts';
import { NOON_MICROS } from '../../support/exchanges/index.ts';

const SEGMENT = formatSegment(NOON_MICROS);
/** From one exchange to the next. */
const STEP_MICROS = 100;
const BATCH_BLOCKS = 200;
const LOOK_UPS = 200;

export async function indexRow(name: string, layer: IndexLayer, documents: number): Promise<string> {
  const blocks = Math.ceil(documents / 64);
  const start = performance.now();
  const batches = Array.from({ length: Math.ceil(blocks / BATCH_BLOCKS) }, (_, n) => n * BATCH_BLOCKS);
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
  const seconds = (performance.now() - start) / 1000;
  const searches = Array.from({ length: LOOK_UPS }, (_, n) => mix(n, blocks));
  const search = await quantiles(searches, async (where) => {
    for await (const page of (await layer.search(where)) ?? []) if (page.length > 0) break;
  });
  const failed = searches.map(
    ({ segment }, n): IndexSearch => ({
      segment,
      where: parseQuery(`service:service-${n % 20} AND status:>=500`),
    }),
  );
  const count = await quantiles(failed, (where) => layer.count(where));
  const size = (await layer.size(SEGMENT)) / (blocks * 64);
  return [
    name.padEnd(16),
    `${Math.round((blocks * 64) / seconds).toLocaleString('en')}/s`.padStart(12),
    search.padStart(22),
    count.padStart(22),
    `${size.toFixed(0)} B`.padStart(10),
  ].join('');
}

export const INDEX_HEADER =
  `${'index layer'.padEnd(16)}${'put'.padStart(12)}${'search p50/p99 ms'.padStart(22)}` +
  `${'count p50/p99 ms'.padStart(22)}${'a document'.padStart(10)}`;

function block(n: number): IndexEntry {
  const firstAt = NOON_MICROS + n * 64 * STEP_MICROS;
  const service = `service-${n % 20}`;
  const documents = Array.from(
    { length: 64 },
    (_, position): IndexDocument => ({
      at: firstAt + position * STEP_MICROS,
      latencyMicros: 500 + ((n * 31 + position * 17) % 9000) * 20,
      tenant: '',
      environment: 'production',
      region: 'eu',
      instance: `web-${n % 8}`,
      labels: { team: 'shop' },
      session: `user-${(n * 7 + position) % 5000}`,
      source: 'front',
      service,
      operation: `GET /items/${position % 10 === 0 ? position : 'list'}`,
      verb: 'GET',
      status: (n + position) % 50 === 0 ? 503 : 200,
      outcome: 'paired',
      protocol: 'http1',
      reason: '',
      traceId: traceOf(n * 64 + position),
    }),
  );
  const lastAt = Math.min(firstAt + 63 * STEP_MICROS, (sliceOf(firstAt) + 1) * 10_000_000 - 1);
  const key = {
    slice: sliceOf(firstAt),
    serviceHash: hashService(service),
    firstAt,
    lastAt,
    sequence: n + 1,
    count: 64,
  };
  return { segment: SEGMENT, block: encodeBlockKey(key), documents };
}

function traceOf(n: number): string {
  return Math.imul(n, 2_654_435_761).toString(16).replace('-', 'f').slice(0, 8).padStart(8, '0').repeat(4);
}

function mix(n: number, blocks: number): IndexSearch {
  const one = (n * 7919) % blocks;
  const queries = [
    `trace:${traceOf(one * 64 + (n % 64))}`,
    `service:service-${n % 20} AND status:[500 TO 599]`,
    `operation:"GET /items/${n}" AND status:503`,
    `session:user-${(n * 13) % 5000} AND latency:>100ms`,
  ];
  const where: Query = parseQuery(queries[n % queries.length] as string);
  return { segment: SEGMENT, where, order: n % 2 === 0 ? 'ascending' : 'descending' };
}

async function quantiles<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (const item of items) {
    const start = performance.now();
    await work(item);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.99)}`;
}
