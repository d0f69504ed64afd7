/** The message being read: its bytes are collected and settled, or left out, until it ends. */
import type { Account, ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { MessageBuilder } from '../message/message-builder.ts';
import type { Slab } from '../message/slab.ts';
import type { MessageHead } from './message-head.ts';
import type { MessageOwner } from './message-owner.ts';

export interface OpenMessageDeps {
  readonly bytes: Account;
  readonly slab: Slab;
  /** Message bytes are counted and not kept, but where only they tell what a message is. */
  readonly countOnly: boolean;
  readonly kept: KeptBytes;
  readonly maxBodyBytes: ByteCount;
}

export class OpenMessage {
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #deps: OpenMessageDeps;
  readonly #plain: MessageBuilder;
  /** Where bytes are not kept: for messages with a compressed payload. */
  #keeping: MessageBuilder | undefined;
  /** The one in use. */
  #builder: MessageBuilder;
  /** Reason why it is left out; empty where it is not. */
  #leaveOut = '';

  constructor(direction: Direction, owner: MessageOwner, deps: OpenMessageDeps) {
    const { slab, countOnly, kept, maxBodyBytes } = deps;
    this.#direction = direction;
    this.#owner = owner;
    this.#deps = deps;
    this.#plain = new MessageBuilder(countOnly ? undefined : slab, kept, maxBodyBytes);
    this.#builder = this.#plain;
  }

  /** @param head just read, at `start`; `base` is the stream offset of the first of `bytes` */
  begin(head: MessageHead, bytes: Uint8Array, start: number, base: StreamOffset, at: Micros): void {
    const { headBytes, messageBytes, zlib } = head;
    this.#leaveOut = this.#owner.begin(this.#direction, bytes, start, base + start, at);
    this.#builder = zlib && this.#deps.countOnly ? this.#keepingBuilder() : this.#plain;
    this.#builder.begin(base + start, at, headBytes, messageBytes < 0 ? -1 : messageBytes - headBytes);
  }

  take(bytes: Uint8Array, start: number, end: number, base: StreamOffset, at: Micros): void {
    if (this.#leaveOut === '') this.#builder.append(bytes, start, end, at);
    else this.#owner.discard(this.#direction, base + start, end - start, this.#leaveOut);
  }

  /** Bytes of it that were never seen. */
  skip(byteCount: ByteCount): void {
    if (this.#leaveOut === '') this.#builder.skip(byteCount);
  }

  /** Its end was seen. */
  finish(): void {
    this.#end(true, this.#builder.hasGaps ? 'gap' : '');
  }

  /** Its end will not be seen. */
  breakOff(reason: string): void {
    this.#end(false, reason);
  }

  #end(ended: boolean, reason: string): void {
    if (this.#leaveOut !== '') {
      this.#owner.ended(this.#direction, undefined, 0, reason);
      return;
    }
    const builder = this.#builder;
    const { bytes } = this.#deps;
    bytes.held -= builder.seenBytes;
    bytes.out += builder.seenBytes;
    this.#owner.ended(this.#direction, builder.finish(ended), builder.keptBytes, reason);
  }

  #keepingBuilder(): MessageBuilder {
    const { slab, kept, maxBodyBytes } = this.#deps;
    this.#keeping ??= new MessageBuilder(slab, kept, maxBodyBytes);
    return this.#keeping;
  }
}
