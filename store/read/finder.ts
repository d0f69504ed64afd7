/**
 * Selection → exchanges, segment by segment, slice by slice.
 *
 *   index hits, or all keys of the range ─▶ blocks of one slice ─▶ merge ─▶ test of the whole query ─▶ pages
 *
 * What the index answers is a superset, so every exchange is tested. Memory: the keys of one slice, the blocks that
 * overlap, a page.
 */
import {
  BytecopyError,
  compareExchangeIds,
  compileQuery,
  type DataLayer,
  EVERYTHING,
  type Exchange,
  type ExchangeId,
  type IndexHit,
  type IndexLayer,
  type KeyRange,
  type Micros,
  type ScanReport,
  type Segment,
  type Selection,
  segmentStart,
  type TimeHistogram,
} from '../../core/index.ts';
import { queryViews } from '../../parser/index.ts';
import { sliceStartKey } from '../block/block-key.ts';
import { type Slice, sliceOf } from '../block/time-slice.ts';
import { AskedIndex } from './asked-index.ts';
import type { BlockReader, BlockRef } from './block-reader.ts';
import { type Bounds, isAsked, toBounds } from './bounds.ts';
import { countByTime } from './count-by-time.ts';
import type { ReportDamage } from './damage.ts';
import { ScanTally } from './scan-tally.ts';
import { serviceRanges } from './service-ranges.ts';
import { mergeSlice } from './slice-merge.ts';
import { mergeSlices } from './slice-streams.ts';
import { withUnindexed } from './unindexed-refs.ts';

export interface FinderPorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  readonly reader: BlockReader;
  readonly report: ReportDamage;
  /** Blocks of a segment that the index may not name yet; `unknown` where its data has to be read instead. */
  readonly unindexed: (segment: Segment) => readonly Uint8Array[] | 'unknown';
}

/** What one search carries along. */
interface Search {
  readonly selection: Selection;
  readonly bounds: Bounds;
  readonly tally: ScanTally;
  readonly asked: AskedIndex;
}

export class Finder {
  readonly #segmentMicros: Micros;
  readonly #ports: FinderPorts;

  constructor(options: { readonly segmentMicros: Micros }, ports: FinderPorts) {
    this.#segmentMicros = options.segmentMicros;
    this.#ports = ports;
  }

  /** @param onScanned told what it cost, also where who asks leaves early */
  async *find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncGenerator<readonly Exchange[]> {
    const limit = selection.limit ?? Number.POSITIVE_INFINITY;
    const tally = new ScanTally();
    const bounds = toBounds(selection);
    const matches = compileQuery(selection.where ?? EVERYTHING, queryViews());
    const isTaken = (exchange: Exchange): boolean => isAsked(exchange.id, bounds, selection.after) && matches(exchange);
    let left = limit;
    try {
      if (left <= 0) return;
      const candidates =
        bounds.id === undefined ? this.#candidates(selection, bounds, tally) : this.#byId(bounds.id, tally);
      for await (const read of candidates) {
        tally.exchanges += read.length;
        const taken = read.filter(isTaken);
        if (taken.length === 0) continue;
        const page = taken.length > left ? taken.slice(0, left) : taken;
        tally.found += page.length;
        yield page;
        left -= page.length;
        if (left <= 0) return;
      }
    } finally {
      onScanned?.(tally.report());
    }
  }

  histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram> {
    const options = { segmentMicros: this.#segmentMicros, intervalMicros };
    return countByTime(selection, options, { ...this.#ports, find: (asked) => this.find(asked) });
  }

  /** The exchange with this id, by the keys of its slice. */
  async get(id: ExchangeId): Promise<Exchange | undefined> {
    const { data, reader } = this.#ports;
    const slice = sliceOf(id.at);
    const refs: BlockRef[] = [];
    for (const segment of await data.segments()) {
      if (!this.#holds(segment, id.at, id.at + 1)) continue;
      try {
        for await (const page of data.keys({ segment, from: sliceStartKey(slice), to: sliceStartKey(slice + 1) })) {
          for (const bytes of page) {
            const ref = reader.toRef(segment, bytes);
            if (ref !== undefined && ref.key.firstAt <= id.at && id.at <= ref.key.lastAt) refs.push(ref);
          }
        }
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.#reportSegment(segment, error);
      }
    }
    refs.sort((one, other) => other.key.sequence - one.key.sequence);
    for (const ref of refs) {
      const [bytes] = await reader.load([ref]);
      if (bytes === undefined) continue;
      const found = reader.decode(ref, bytes).find((exchange) => compareExchangeIds(exchange.id, id) === 0);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async *#byId(id: ExchangeId, tally: ScanTally): AsyncGenerator<readonly Exchange[]> {
    const found = await this.get(id);
    tally.segment(true);
    if (found === undefined) return;
    tally.blocks++;
    yield [found];
  }

  async *#candidates(selection: Selection, bounds: Bounds, tally: ScanTally): AsyncGenerator<readonly Exchange[]> {
    const stored = await this.#ports.data.segments();
    const asked = new AskedIndex(this.#ports.index, this.#ports.report);
    const windows = new Map<Micros, Segment[]>();
    for (const segment of stored.filter((each) => this.#holds(each, bounds.from, bounds.to))) {
      const startAt = segmentStart(segment);
      windows.set(startAt, [...(windows.get(startAt) ?? []), segment]);
      asked.segmentsLeft++;
    }
    const starts = [...windows.keys()].sort((one, other) => (bounds.descending ? other - one : one - other));
    for (const startAt of starts) {
      const slices = (windows.get(startAt) ?? []).map((segment) =>
        this.#slices(segment, { selection, bounds, tally, asked }),
      );
      for await (const refs of mergeSlices(slices, bounds.descending)) {
        tally.blocks += refs.length;
        yield* mergeSlice(this.#ports.reader, refs, bounds.descending);
      }
    }
  }

  /** The blocks of a segment that may hold what is asked, a slice at a time; what is damaged is told and left out. */
  async *#slices(segment: Segment, search: Search): AsyncGenerator<BlockRef[]> {
    const { bounds, asked } = search;
    let slice: BlockRef[] = [];
    try {
      for await (const refs of this.#refs(segment, search)) {
        for (const ref of refs) {
          if (ref.key.lastAt < bounds.from || ref.key.firstAt >= bounds.to) continue;
          if (slice[0] !== undefined && slice[0].key.slice !== ref.key.slice) {
            yield slice;
            slice = [];
          }
          slice.push(ref);
        }
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#reportSegment(segment, error);
    }
    asked.segmentsLeft--;
    if (slice.length > 0) yield slice;
  }

  #reportSegment(segment: Segment, { message }: BytecopyError): void {
    const firstAt = segmentStart(segment);
    const lastAt = firstAt + this.#segmentMicros - 1;
    const { report } = this.#ports;
    report({ code: 'STORE_CORRUPT_SEGMENT', key: '', firstAt, lastAt, exchanges: 0, text: message });
  }

  async *#refs(segment: Segment, search: Search): AsyncGenerator<readonly BlockRef[]> {
    const { selection, bounds, tally, asked } = search;
    const startAt = segmentStart(segment);
    const first = sliceOf(Math.max(bounds.from, startAt));
    const end = sliceOf(Math.min(bounds.to, startAt + this.#segmentMicros) - 1) + 1;
    const order = bounds.descending ? 'descending' : 'ascending';
    const range: KeyRange = { segment, from: sliceStartKey(first), to: sliceStartKey(end), order };
    // Before the search: what becomes known to the index meanwhile is named by both.
    const unindexed = this.#ports.unindexed(segment);
    const hits = unindexed === 'unknown' ? undefined : await asked.search(range, selection.where);
    tally.segment(hits !== undefined);
    if (hits === undefined || unindexed === 'unknown') {
      yield* this.#walk(range, first, end, bounds);
      return;
    }
    const waiting = unindexed.filter((key) => isWithin(key, range)).flatMap((key) => this.#toRefs(segment, [key]));
    const named = this.#named(segment, hits);
    let last: BlockRef | undefined;
    try {
      for await (const refs of waiting.length === 0 ? named : withUnindexed(named, waiting, bounds.descending)) {
        last = refs.at(-1) ?? last;
        yield refs;
      }
    } catch (error) {
      if (!asked.isFailure(error, segment)) throw error;
      tally.unnarrowed();
      // The slice that it stopped in is read as a whole: blocks named twice leave their exchanges once.
      const slice = last?.key.slice;
      const left = slice === undefined ? [first, end] : bounds.descending ? [first, slice + 1] : [slice, end];
      yield* this.#walk(range, left[0] as Slice, left[1] as Slice, bounds);
    }
  }

  /** All blocks of these slices, or those of the service that is asked for. */
  async *#walk(
    { segment, order }: KeyRange,
    first: Slice,
    end: Slice,
    { service }: Bounds,
  ): AsyncGenerator<readonly BlockRef[]> {
    const range = { segment, from: sliceStartKey(first), to: sliceStartKey(end), ...(order && { order }) };
    let damage: BytecopyError | undefined;
    for (const each of service === undefined ? [range] : serviceRanges(range, service, first, end)) {
      try {
        for await (const keys of this.#ports.data.keys(each)) yield this.#toRefs(segment, keys);
      } catch (error) {
        // The other ranges may lie in sound tables.
        if (!isDamage(error)) throw error;
        damage = error;
      }
    }
    if (damage !== undefined) throw damage;
  }

  #toRefs(segment: Segment, keys: readonly Uint8Array[]): BlockRef[] {
    return keys.map((bytes) => this.#ports.reader.toRef(segment, bytes)).filter((ref) => ref !== undefined);
  }

  async *#named(segment: Segment, hits: AsyncIterable<readonly IndexHit[]>): AsyncGenerator<readonly BlockRef[]> {
    const { reader } = this.#ports;
    for await (const page of hits) {
      yield page.map((hit) => reader.toRef(segment, hit.block, hit.low, hit.high)).filter((ref) => ref !== undefined);
    }
  }

  #holds(segment: Segment, from: Micros, to: Micros): boolean {
    const startAt = segmentStart(segment);
    return startAt < to && startAt + this.#segmentMicros > from;
  }
}

function isDamage(error: unknown): error is BytecopyError {
  return error instanceof BytecopyError && error.code === 'STORE_CORRUPT_SEGMENT';
}

function isWithin(key: Uint8Array, range: KeyRange): boolean {
  return (
    (range.from === undefined || Buffer.compare(key, range.from) >= 0) &&
    (range.to === undefined || Buffer.compare(key, range.to) < 0)
  );
}
