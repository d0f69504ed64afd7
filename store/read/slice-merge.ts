/**
 * Blocks of one time slice → their exchanges in the order of (time, id), equal ids once.
 *
 *   block a  |-----------|                opened in the order of their first times; an exchange leaves when no block
 *   block b      |----|                   that is still closed can begin before it
 *   block c                  |-------|
 *
 * Open at once: the blocks that overlap at one time, and a few read ahead. Newest first is the same with last times.
 */
import { compareExchangeIds, type Exchange, type ExchangeId, type Micros } from '../../core/index.ts';
import type { BlockReader, BlockRef, LoadedBlock } from './block-reader.ts';

/** Blocks fetched together while the ones before are merged: some 400 kB. */
const READ_AHEAD_BLOCKS = 16;
/** Exchanges a page at most: a block's worth is decoded in 0.2 ms, so that whoever reads beside something timely is not held up. */
export const PAGE_EXCHANGES = 64;

interface OpenBlock {
  readonly exchanges: readonly Exchange[];
  readonly sequence: number;
  /** Next one to leave. */
  at: number;
}

/** @returns pages that are never empty */
export async function* mergeSlice(
  reader: BlockReader,
  refs: BlockRef[],
  descending: boolean,
): AsyncGenerator<readonly Exchange[]> {
  refs.sort(descending ? byLastTime : byFirstTime);
  const heap = new OpenBlocks(descending);
  let page: Exchange[] = [];
  let last: ExchangeId | undefined;
  let next = fetchAhead(reader, refs, 0);
  for (let start = 0; start < refs.length; start += READ_AHEAD_BLOCKS) {
    const blocks = await next;
    const end = Math.min(start + READ_AHEAD_BLOCKS, refs.length);
    next = fetchAhead(reader, refs, end);
    for (let i = start; i < end; i++) {
      const ref = refs[i] as BlockRef;
      const block = blocks[i - start];
      if (block !== undefined) heap.open(reader.decode(ref, block), ref.key.sequence, descending);
      const bound = boundary(refs[i + 1], descending);
      for (let exchange = heap.takeBefore(bound); exchange !== undefined; exchange = heap.takeBefore(bound)) {
        if (last !== undefined && compareExchangeIds(last, exchange.id) === 0) continue;
        last = exchange.id;
        page.push(exchange);
        if (page.length === PAGE_EXCHANGES) {
          yield page;
          page = [];
        }
      }
    }
  }
  if (page.length > 0) yield page;
}

function fetchAhead(
  reader: BlockReader,
  refs: readonly BlockRef[],
  start: number,
): Promise<readonly (LoadedBlock | undefined)[]> {
  const fetched = reader.load(refs.slice(start, start + READ_AHEAD_BLOCKS));
  // Whoever asks for less never awaits the last one.
  fetched.catch(() => {});
  return fetched;
}

/** What leaves is strictly before this time (behind it, where the order descends). */
function boundary(next: BlockRef | undefined, descending: boolean): Micros {
  if (next === undefined) return descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return descending ? next.key.lastAt : next.key.firstAt;
}

function byFirstTime(one: BlockRef, other: BlockRef): number {
  return one.key.firstAt - other.key.firstAt;
}

function byLastTime(one: BlockRef, other: BlockRef): number {
  return other.key.lastAt - one.key.lastAt;
}

/** Binary heap of open blocks by the exchange that leaves next; of equal ids the one of the later block first. */
class OpenBlocks {
  readonly #heap: OpenBlock[] = [];
  readonly #sign: 1 | -1;

  constructor(descending: boolean) {
    this.#sign = descending ? -1 : 1;
  }

  open(exchanges: readonly Exchange[], sequence: number, descending: boolean): void {
    if (exchanges.length === 0) return;
    const block = { exchanges: descending ? exchanges.toReversed() : exchanges, sequence, at: 0 };
    let hole = this.#heap.push(block) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(block, this.#heap[parent] as OpenBlock)) break;
      this.#heap[hole] = this.#heap[parent] as OpenBlock;
      hole = parent;
    }
    this.#heap[hole] = block;
  }

  /** The next exchange, if its time is before `bound` in the direction of the merge. */
  takeBefore(bound: Micros): Exchange | undefined {
    const first = this.#heap[0];
    if (first === undefined) return undefined;
    const exchange = first.exchanges[first.at] as Exchange;
    if ((bound - exchange.id.at) * this.#sign <= 0) return undefined;
    first.at++;
    if (first.at < first.exchanges.length) {
      if (this.#heap.length > 1) this.#sink(first);
      return exchange;
    }
    const moved = this.#heap.pop() as OpenBlock;
    if (moved !== first) this.#sink(moved);
    return exchange;
  }

  #sink(block: OpenBlock): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as OpenBlock, heap[child] as OpenBlock)) child++;
      if (!this.#isBefore(heap[child] as OpenBlock, block)) break;
      heap[hole] = heap[child] as OpenBlock;
      hole = child;
    }
    heap[hole] = block;
  }

  #isBefore(one: OpenBlock, other: OpenBlock): boolean {
    const [exchange, another] = [one.exchanges[one.at] as Exchange, other.exchanges[other.at] as Exchange];
    const order = compareExchangeIds(exchange.id, another.id) * this.#sign;
    return order === 0 ? one.sequence > other.sequence : order < 0;
  }
}
