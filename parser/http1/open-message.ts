/** A message whose head was read and whose end has not come: what is collected of it, and where its body ends. */
import type { Account, ByteCount, Message, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { MessageBuilder } from '../message/message-builder.ts';
import type { Slab } from '../message/slab.ts';
import { type BodyFraming, FRAMING } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import type { MessageStart } from './message-owner.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CHUNKED: BodyFraming = FRAMING.chunked;
const UNTIL_CLOSE: BodyFraming = FRAMING.untilClose;

export class OpenMessage {
  /** Not empty: the message is left out, its bytes are discarded with this reason. */
  leaveOut = '';
  /** A byte of the body has come, or was lost. */
  bodyBegun = false;
  readonly #settled: Account;
  readonly #builder: MessageBuilder;
  /** How the end is found; any length is 0. */
  #framing: BodyFraming = 0;
  #remaining: ByteCount = 0;
  #chunked: ChunkedBody | undefined;

  /**
   * @param settled account of the bytes that get into messages
   * @param slab absent where message bytes are counted and not kept
   */
  constructor(settled: Account, slab: Slab | undefined, kept: KeptBytes, maxBodyBytes: ByteCount) {
    this.#settled = settled;
    this.#builder = new MessageBuilder(slab, kept, maxBodyBytes);
  }

  /** @param kept what the flow of the message keeps */
  begin(kept: KeptBytes, start: MessageStart, offset: StreamOffset, at: Micros, headByteCount: ByteCount): void {
    const { framing } = start;
    this.leaveOut = start.leaveOut;
    this.bodyBegun = false;
    this.#framing = Math.min(0, framing);
    this.#remaining = Math.max(0, framing);
    if (framing === CHUNKED) {
      this.#chunked ??= new ChunkedBody();
      this.#chunked.reset();
    }
    this.#builder.serve(kept);
    this.#builder.begin(offset, at, headByteCount, framing >= 0 ? framing : -1);
  }

  /** The last byte of the body has come. */
  get ended(): boolean {
    if (this.#framing === CHUNKED) return (this.#chunked as ChunkedBody).done;
    return this.#framing !== UNTIL_CLOSE && this.#remaining === 0;
  }

  /** Only the end of the stream ends it. */
  get endsWithStream(): boolean {
    return this.#framing === UNTIL_CLOSE;
  }

  /** Why its end cannot be found any more; empty where it can. */
  get problem(): string {
    return this.#framing === CHUNKED ? (this.#chunked as ChunkedBody).reason : '';
  }

  /** Bits of `MARK` that the body adds. */
  get marks(): number {
    return this.#framing === CHUNKED ? (this.#chunked as ChunkedBody).marks : 0;
  }

  get hasGaps(): boolean {
    return this.#builder.hasGaps;
  }

  /** Bytes copied of the message that was finished last. */
  get keptBytes(): ByteCount {
    return this.#builder.keptBytes;
  }

  /** Follows the body. @returns position behind what belongs to it */
  advance(bytes: Uint8Array, place: number, end: number): number {
    if (place < end) this.bodyBegun = true;
    if (this.#framing === CHUNKED) return (this.#chunked as ChunkedBody).push(bytes, place, end);
    if (this.#framing === UNTIL_CLOSE) return end;
    const stop = Math.min(end, place + this.#remaining);
    this.#remaining -= stop - place;
    return stop;
  }

  append(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.#builder.append(bytes, start, end, at);
  }

  /** @returns how many of so many missing bytes are its own, -1 where its end is lost with them */
  skip(byteCount: ByteCount): ByteCount {
    this.bodyBegun = true;
    const inBody = this.#framing === 0 ? Math.min(byteCount, this.#remaining) : byteCount;
    this.#builder.skip(inBody);
    if (this.#framing === 0) this.#remaining -= inBody;
    else if (this.#framing === CHUNKED && !(this.#chunked as ChunkedBody).skip(byteCount)) return -1;
    return inBody;
  }

  /** The message as far as it came, its bytes settled; undefined where it is left out. */
  finish(ended: boolean): Message | undefined {
    if (this.leaveOut !== '') return undefined;
    const { seenBytes } = this.#builder;
    this.#settled.held -= seenBytes;
    this.#settled.out += seenBytes;
    return this.#builder.finish(ended);
  }
}
