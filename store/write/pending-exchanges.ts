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
  type IndexDocument,
  type Message,
  type Micros,
} from '../../core/index.ts';
import { MAX_BLOCK_BYTES } from '../block/block.ts';
import { PayloadPacker } from '../block/payload.ts';
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

interface Group {
  readonly slice: Slice;
  readonly service: string;
  readonly exchanges: Exchange[];
}

/** What an exchange takes up beside its bodies, roughly. */
const EXCHANGE_BYTES: ByteCount = 128;

export class PendingExchanges {
  count = 0;
  /** Bytes that will be written, roughly. */
  byteCount: ByteCount = 0;
  #groups = new Map<string, Map<Slice, Group>>();
  readonly #packer = new PayloadPacker();

  /** Keeps the exchange until it leaves: its bytes must stay as they are. */
  add(exchange: Exchange): void {
    this.#group(exchange.service, sliceOf(exchange.id.at)).exchanges.push(exchange);
    this.byteCount += byteCountOf(exchange);
    this.count++;
  }

  /** Takes everything out, cut into blocks. */
  take(maxExchanges: number): readonly BlockDraft[] {
    const drafts: BlockDraft[] = [];
    const groups = this.#groups;
    this.#groups = new Map();
    this.count = 0;
    this.byteCount = 0;
    for (const slices of groups.values()) {
      for (const group of slices.values()) this.#cut(group, maxExchanges, drafts);
    }
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
    let block: Exchange[] = [];
    let byteCount = 0;
    for (const exchange of exchanges) {
      const last = block.at(-1);
      // Of equal ids the one appended last is kept: it may know more.
      if (last !== undefined && compareExchangeIds(last.id, exchange.id) === 0) {
        block.pop();
        byteCount -= byteCountOf(last);
      }
      const length = byteCountOf(exchange);
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

  #draft(slice: Slice, service: string, block: readonly Exchange[]): BlockDraft {
    return {
      slice,
      service,
      firstAt: block[0]?.id.at ?? 0,
      lastAt: block.at(-1)?.id.at ?? 0,
      payload: this.#packer.pack(block),
      documents: block.map(toIndexDocument),
    };
  }
}

function byteCountOf({ request, response, interim }: Exchange): ByteCount {
  let byteCount = EXCHANGE_BYTES + keptBytes(request) + keptBytes(response);
  for (const message of interim) byteCount += keptBytes(message);
  return byteCount;
}

function keptBytes(message: Message | undefined): ByteCount {
  let byteCount = 0;
  if (message !== undefined) for (const part of message.parts) byteCount += part.length;
  return byteCount;
}
