/**
 * Exchanges taken and not yet written, by service and time slice.
 *
 * They are sorted when they leave, over everything that waited: a request that took long to answer comes out among the
 * others of its time, or in a block with other late ones, and does not stretch the block of those it finished with.
 */
import {
  type ByteCount,
  compareExchangeIds,
  type Exchange,
  type ExchangeId,
  encodeExchangeInto,
  type IndexDocument,
  type Micros,
  SchemaWriter,
} from '../../core/index.ts';
import { MAX_BLOCK_BYTES } from '../block/block.ts';
import { packPayload, type Span } from '../block/payload.ts';
import { type Slice, sliceOf } from '../block/time-slice.ts';
import { toIndexDocument } from './index-document.ts';

/** What will be one block. */
export interface BlockDraft {
  readonly slice: Slice;
  readonly service: string;
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** In the order of ids, without equal ones. */
  readonly payload: Buffer;
  /** One an exchange, in the same order. */
  readonly documents: readonly IndexDocument[];
}

interface PendingExchange extends Span {
  readonly id: ExchangeId;
  readonly document: IndexDocument;
}

interface Group {
  readonly slice: Slice;
  readonly service: string;
  readonly exchanges: PendingExchange[];
}

const WRITER_BYTES: ByteCount = 1024 * 1024;
/** A writer that one huge exchange made larger than this is not kept. */
const MAX_KEPT_WRITER_BYTES: ByteCount = 32 * 1024 * 1024;

export class PendingExchanges {
  count = 0;
  #groups = new Map<string, Map<Slice, Group>>();
  #writer = new SchemaWriter(new Uint8Array(WRITER_BYTES));

  get byteCount(): ByteCount {
    return this.#writer.pos;
  }

  add(exchange: Exchange): void {
    const start = this.#writer.pos;
    encodeExchangeInto(exchange, this.#writer);
    this.#group(exchange.service, sliceOf(exchange.id.at)).exchanges.push({
      id: exchange.id,
      start,
      end: this.#writer.pos,
      document: toIndexDocument(exchange),
    });
    this.count++;
  }

  /** Takes everything out, cut into blocks. */
  take(maxExchanges: number): readonly BlockDraft[] {
    const drafts: BlockDraft[] = [];
    for (const slices of this.#groups.values()) {
      for (const group of slices.values()) this.#cut(group, maxExchanges, drafts);
    }
    this.#groups = new Map();
    this.count = 0;
    if (this.#writer.length > MAX_KEPT_WRITER_BYTES) this.#writer = new SchemaWriter(new Uint8Array(WRITER_BYTES));
    this.#writer.pos = 0;
    return drafts;
  }

  #group(service: string, slice: Slice): Group {
    let slices = this.#groups.get(service);
    if (slices === undefined) {
      slices = new Map();
      this.#groups.set(service, slices);
    }
    let group = slices.get(slice);
    if (group === undefined) {
      group = { slice, service, exchanges: [] };
      slices.set(slice, group);
    }
    return group;
  }

  #cut(group: Group, maxExchanges: number, drafts: BlockDraft[]): void {
    const { slice, service, exchanges } = group;
    exchanges.sort((one, other) => compareExchangeIds(one.id, other.id));
    let block: PendingExchange[] = [];
    let byteCount = 0;
    for (const exchange of exchanges) {
      const last = block.at(-1);
      // Of equal ids the one appended last is kept: it may know more.
      if (last !== undefined && compareExchangeIds(last.id, exchange.id) === 0) {
        block.pop();
        byteCount -= last.end - last.start;
      }
      const length = exchange.end - exchange.start;
      if (block.length === maxExchanges || (block.length > 0 && byteCount + length > MAX_BLOCK_BYTES)) {
        drafts.push(this.#draft(slice, service, block));
        block = [];
        byteCount = 0;
      }
      block.push(exchange);
      byteCount += length;
    }
    drafts.push(this.#draft(slice, service, block));
  }

  #draft(slice: Slice, service: string, block: readonly PendingExchange[]): BlockDraft {
    return {
      slice,
      service,
      firstAt: block[0]?.id.at ?? 0,
      lastAt: block.at(-1)?.id.at ?? 0,
      payload: packPayload(this.#writer.buf, block),
      documents: block.map((exchange) => exchange.document),
    };
  }
}
