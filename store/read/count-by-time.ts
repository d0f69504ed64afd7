/**
 * How many exchanges lie in each stretch of time, for as little reading as the question allows.
 *
 *   everything, or one service     the keys of blocks: each says its times and how many exchanges it holds
 *   what postings can answer       the index; upper bounds, unless it says that its counts are exact
 *   all else                       by reading, exact
 *
 * Keys count an exchange that was stored twice twice, and two services of one hash together: upper bounds too.
 */
import {
  type DataLayer,
  EVERYTHING,
  type Exchange,
  type IndexLayer,
  type Micros,
  type Query,
  type Segment,
  type Selection,
  segmentStart,
  type TimeHistogram,
} from '../../core/index.ts';
import { sliceStartKey } from '../block/block-key.ts';
import { sliceOf } from '../block/time-slice.ts';
import { isOfIndex } from './asked-index.ts';
import type { BlockReader, BlockRef } from './block-reader.ts';
import { type Bounds, toBounds } from './bounds.ts';
import { serviceRanges } from './service-ranges.ts';

export interface CountOptions {
  readonly segmentMicros: Micros;
  readonly intervalMicros: Micros;
}

export interface CountPorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  readonly reader: BlockReader;
  readonly unindexed: (segment: Segment) => readonly Uint8Array[] | 'unknown';
  readonly find: (selection: Selection) => AsyncIterable<readonly Exchange[]>;
}

export async function countByTime(
  selection: Selection,
  options: CountOptions,
  ports: CountPorts,
): Promise<TimeHistogram> {
  const { where = EVERYTHING, limit, after } = selection;
  const counts = new TimeCounts(options.intervalMicros);
  const bounds = toBounds(selection);
  if (limit === undefined && after === undefined) {
    if (isOfKeys(where)) return await countKeys(bounds, options, ports, counts);
    if (isOfPostings(where) && (await countIndexed(where, bounds, options, ports, counts))) {
      return { counts: counts.inOrder(), exact: ports.index.manifest.exactCounts };
    }
  }
  const read = new TimeCounts(options.intervalMicros);
  for await (const page of ports.find(selection)) for (const { id } of page) read.add(id.at, 1);
  return { counts: read.inOrder(), exact: true };
}

class TimeCounts {
  readonly #intervalMicros: Micros;
  readonly #counts = new Map<Micros, number>();

  constructor(intervalMicros: Micros) {
    this.#intervalMicros = intervalMicros;
  }

  startOf(at: Micros): Micros {
    return Math.floor(at / this.#intervalMicros) * this.#intervalMicros;
  }

  add(at: Micros, exchanges: number): void {
    const from = this.startOf(at);
    this.#counts.set(from, (this.#counts.get(from) ?? 0) + exchanges);
  }

  inOrder(): TimeHistogram['counts'] {
    return [...this.#counts].sort(([one], [other]) => one - other).map(([from, exchanges]) => ({ from, exchanges }));
  }
}

/** Everything, one service, times: what block keys tell. */
function isOfKeys(query: Query): boolean {
  if (query.kind === 'everything') return true;
  const terms = query.kind === 'and' ? query.terms : [query];
  const services = terms.filter((term) => term.kind === 'field' && term.field === 'service');
  return services.length <= 1 && terms.every((term) => isTimes(term) || isService(term));
}

function isTimes(query: Query): boolean {
  return query.kind === 'field' && query.field === 'time' && query.test.kind === 'range';
}

function isService(query: Query): boolean {
  return query.kind === 'field' && query.field === 'service' && query.test.kind === 'equals';
}

/** Equalities and ranges of fields: what every index can be expected to answer as a whole. */
function isOfPostings(query: Query): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.terms.every(isOfPostings);
    case 'field':
      return (query.test.kind === 'equals' || query.test.kind === 'range') && !NOT_INDEXED.has(query.field);
    case 'everything':
    case 'not':
    case 'content':
      return false;
    default:
      return query satisfies never;
  }
}

/** Fields that an `IndexDocument` does not have. */
const NOT_INDEXED: ReadonlySet<string> = new Set(['id', 'path', 'client', 'server']);

async function countKeys(
  bounds: Bounds,
  options: CountOptions,
  ports: CountPorts,
  counts: TimeCounts,
): Promise<TimeHistogram> {
  const { data, reader } = ports;
  for (const segment of await data.segments()) {
    const range = sliceRange(segment, bounds, options.segmentMicros);
    if (range === undefined) continue;
    const { first, end } = range;
    const all = { segment, from: sliceStartKey(first), to: sliceStartKey(end) };
    for (const each of bounds.service === undefined ? [all] : serviceRanges(all, bounds.service, first, end)) {
      for await (const page of data.keys(each)) {
        for (const bytes of page) {
          const ref = reader.toRef(segment, bytes);
          if (ref !== undefined) await countBlock(ref, bounds, reader, counts);
        }
      }
    }
  }
  return { counts: counts.inOrder(), exact: false };
}

/** By its key where all of it lies in one stretch, otherwise by what it holds. */
async function countBlock(ref: BlockRef, bounds: Bounds, reader: BlockReader, counts: TimeCounts): Promise<void> {
  const { firstAt, lastAt, count } = ref.key;
  if (lastAt < bounds.from || firstAt >= bounds.to) return;
  const whole = firstAt >= bounds.from && lastAt < bounds.to;
  if (whole && counts.startOf(firstAt) === counts.startOf(lastAt)) return counts.add(firstAt, count);
  const [block] = await reader.load([ref]);
  if (block === undefined) return;
  for (const { id } of reader.decode(ref, block)) if (id.at >= bounds.from && id.at < bounds.to) counts.add(id.at, 1);
}

/** @returns whether the index answered for every segment */
async function countIndexed(
  where: Query,
  bounds: Bounds,
  options: CountOptions,
  ports: CountPorts,
  counts: TimeCounts,
): Promise<boolean> {
  const { data, index, unindexed } = ports;
  const timed = withTimes(where, bounds);
  for (const segment of await data.segments()) {
    const range = sliceRange(segment, bounds, options.segmentMicros);
    if (range === undefined) continue;
    const missed = unindexed(segment);
    if (missed === 'unknown' || missed.length > 0) return false;
    const search = { segment, where: timed, from: sliceStartKey(range.first), to: sliceStartKey(range.end) };
    const told = await index.histogram(search, options.intervalMicros).catch((error: unknown) => {
      // Reading answers as well, and tells why it reads.
      if (!isOfIndex(error)) throw error;
      return undefined;
    });
    if (told === undefined) return false;
    for (const { from, exchanges } of told) counts.add(from, exchanges);
  }
  return true;
}

/** The times of the selection as a condition, for an index that can tell them within a slice. */
function withTimes(where: Query, { from, to }: Bounds): Query {
  const test = { kind: 'range', min: { value: from, inclusive: true }, max: { value: to, inclusive: false } } as const;
  return { kind: 'and', terms: [where, { kind: 'field', field: 'time', test }] };
}

/** Slices of a segment within the bounds, `end` exclusive; undefined where there are none. */
function sliceRange(segment: Segment, { from, to }: Bounds, segmentMicros: Micros) {
  const startAt = segmentStart(segment);
  if (startAt >= to || startAt + segmentMicros <= from) return undefined;
  const first = sliceOf(Math.max(from, startAt));
  return { first, end: sliceOf(Math.min(to, startAt + segmentMicros) - 1) + 1 };
}
