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
  type Segment,
  type Selection,
} from '../../core/index.ts';
import { sliceStartKey } from '../block/block-key.ts';
import { sliceOf } from '../block/time-slice.ts';
import type { BlockReader, BlockRef } from './block-reader.ts';
import type { ReportDamage } from './damage.ts';
import { mergeSlice } from './slice-merge.ts';

/** Latest time an id can carry: 14 hexadecimal digits, within what a number holds exactly. */
const LAST_MICROS: Micros = Number.MAX_SAFE_INTEGER;

export interface FinderPorts {
  readonly data: DataLayer;
  readonly index: IndexLayer;
  readonly reader: BlockReader;
  readonly report: ReportDamage;
}

/** A selection with its bounds worked out: `from` inclusive, `to` exclusive. */
interface Bounds {
  readonly from: Micros;
  readonly to: Micros;
  readonly descending: boolean;
}

export class Finder {
  readonly #segmentMicros: Micros;
  readonly #ports: FinderPorts;

  constructor(options: { readonly segmentMicros: Micros }, ports: FinderPorts) {
    this.#segmentMicros = options.segmentMicros;
    this.#ports = ports;
  }

  async *find(selection: Selection): AsyncGenerator<readonly Exchange[]> {
    const limit = selection.limit ?? Number.POSITIVE_INFINITY;
    if (limit <= 0) return;
    const bounds = toBounds(selection);
    const matches = compileQuery(selection.where ?? EVERYTHING);
    const isTaken = (exchange: Exchange): boolean =>
      exchange.id.at >= bounds.from &&
      exchange.id.at < bounds.to &&
      isBehind(exchange.id, selection.after, bounds.descending) &&
      matches(exchange);
    let left = limit;
    for await (const found of this.#candidates(selection, bounds)) {
      const page = found.filter(isTaken);
      if (page.length === 0) continue;
      yield page.length > left ? page.slice(0, left) : page;
      left -= page.length;
      if (left <= 0) return;
    }
  }

  /** The exchange with this id, by the keys of its slice. */
  async get(id: ExchangeId): Promise<Exchange | undefined> {
    const { data, reader } = this.#ports;
    const slice = sliceOf(id.at);
    const segment = this.#segmentOf(id.at);
    const refs: BlockRef[] = [];
    for await (const page of data.keys({ segment, from: sliceStartKey(slice), to: sliceStartKey(slice + 1) })) {
      for (const bytes of page) {
        const ref = reader.toRef(segment, bytes);
        if (ref !== undefined && ref.key.firstAt <= id.at && id.at <= ref.key.lastAt) refs.push(ref);
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

  async *#candidates(selection: Selection, bounds: Bounds): AsyncGenerator<readonly Exchange[]> {
    const { data, report } = this.#ports;
    const stored = await data.segments();
    const segments = stored.filter((start) => start < bounds.to && start + this.#segmentMicros > bounds.from);
    for (const segment of bounds.descending ? segments.toReversed() : segments) {
      try {
        yield* this.#segmentCandidates(segment, selection, bounds);
      } catch (error) {
        if (!(error instanceof BytecopyError) || error.code !== 'STORE_CORRUPT_SEGMENT') throw error;
        const lastAt = segment + this.#segmentMicros - 1;
        report({ code: 'STORE_CORRUPT_SEGMENT', key: '', firstAt: segment, lastAt, exchanges: 0, text: error.message });
      }
    }
  }

  async *#segmentCandidates(
    segment: Segment,
    selection: Selection,
    bounds: Bounds,
  ): AsyncGenerator<readonly Exchange[]> {
    let slice: BlockRef[] = [];
    for await (const refs of this.#refs(segment, selection, bounds)) {
      for (const ref of refs) {
        if (ref.key.lastAt < bounds.from || ref.key.firstAt >= bounds.to) continue;
        if (slice[0] !== undefined && slice[0].key.slice !== ref.key.slice) {
          yield* mergeSlice(this.#ports.reader, slice, bounds.descending);
          slice = [];
        }
        slice.push(ref);
      }
    }
    if (slice.length > 0) yield* mergeSlice(this.#ports.reader, slice, bounds.descending);
  }

  /** Blocks that may hold what is asked, slices in order. */
  async *#refs(segment: Segment, selection: Selection, bounds: Bounds): AsyncGenerator<readonly BlockRef[]> {
    const { data, reader } = this.#ports;
    const range: KeyRange = {
      segment,
      from: sliceStartKey(sliceOf(Math.max(bounds.from, segment))),
      to: sliceStartKey(sliceOf(Math.min(bounds.to, segment + this.#segmentMicros) - 1) + 1),
      order: bounds.descending ? 'descending' : 'ascending',
    };
    const hits = await this.#searchIndex(range, selection);
    if (hits === undefined) {
      for await (const keys of data.keys(range)) {
        yield keys.map((bytes) => reader.toRef(segment, bytes)).filter((ref) => ref !== undefined);
      }
      return;
    }
    for await (const page of hits) {
      yield page.map((hit) => reader.toRef(segment, hit.block, hit.low, hit.high)).filter((ref) => ref !== undefined);
    }
  }

  async #searchIndex(range: KeyRange, selection: Selection): Promise<AsyncIterable<readonly IndexHit[]> | undefined> {
    if (selection.where === undefined || selection.where.kind === 'everything') return undefined;
    try {
      return await this.#ports.index.search({ ...range, where: selection.where });
    } catch (error) {
      // The data answers by itself, only slower.
      if (error instanceof BytecopyError && error.code === 'STORE_CORRUPT_SEGMENT') return undefined;
      throw error;
    }
  }

  #segmentOf(at: Micros): Segment {
    return Math.floor(at / this.#segmentMicros) * this.#segmentMicros;
  }
}

function toBounds(selection: Selection): Bounds {
  const descending = selection.order === 'newest-first';
  const since = Math.max(0, selection.since ?? 0);
  const until = Math.min(LAST_MICROS, selection.until ?? LAST_MICROS);
  const after = selection.after?.at;
  if (after === undefined) return { from: since, to: until, descending };
  return descending
    ? { from: since, to: Math.min(until, after + 1), descending }
    : { from: Math.max(since, after), to: until, descending };
}

function isBehind(id: ExchangeId, after: ExchangeId | undefined, descending: boolean): boolean {
  if (after === undefined) return true;
  const order = compareExchangeIds(id, after);
  return descending ? order < 0 : order > 0;
}
