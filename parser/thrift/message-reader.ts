/**
 * Reads the messages of one direction of a Thrift flow: finds where each begins and ends, whatever the cut.
 *
 *   head ──▶ frame     its length tells the end
 *     │ └──▶ walk      without frame the types tell it
 *     └────▶ skip      a frame whose head was in a gap: the next one begins behind it
 *   lost framing: head, with only what is beyond doubt, searched for at every byte
 *
 * Every byte given is settled once: into a message, or as discarded with a reason. What a message means is the owner's.
 */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import { HeldHead } from './held-head.ts';
import { ENCODING, TRANSPORT } from './layers.ts';
import { INCOMPLETE, NOT_A_HEAD } from './message-begin.ts';
import { EMPTY_FRAME, type MessageHead } from './message-head.ts';
import type { MessageOwner } from './message-owner.ts';
import { nextMessageStart } from './message-start.ts';
import { OpenMessage, type OpenMessageDeps } from './open-message.ts';
import type { Walker, Walkers } from './walkers.ts';

export interface ReaderDeps extends OpenMessageDeps {
  /** Shared by all readers of the parser: valid from reading it to the next. */
  readonly head: MessageHead;
  readonly walkers: Walkers;
}

const STATE = { head: 0, frame: 1, walk: 2, skip: 3 } as const;
const HEAD = STATE.head;
const FRAME = STATE.frame;
const WALK = STATE.walk;
const SKIP = STATE.skip;

const EMPTY_FRAME_BYTES = 4;

export class MessageReader {
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #deps: ReaderDeps;
  readonly #message: OpenMessage;
  #state: number = HEAD;
  /** Framing was lost and no message was read since. */
  #strict: boolean;
  #lostReason = 'mid-stream';
  /** Bytes of the frame still to come. */
  #remaining = 0;
  #walker: Walker | undefined;
  /** Transport and encoding of the last message; -1 before the first. */
  #transport = -1;
  #encoding = -1;
  #held: HeldHead | undefined;

  /** @param midStream the first bytes may be the middle of a message */
  constructor(direction: Direction, owner: MessageOwner, deps: ReaderDeps, midStream: boolean) {
    this.#direction = direction;
    this.#owner = owner;
    this.#deps = deps;
    this.#message = new OpenMessage(direction, owner, deps);
    this.#strict = midStream;
  }

  /** @param offset stream offset of the first byte; bytes are borrowed */
  push(bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const end = bytes.length;
    let place = 0;
    while (place < end) {
      switch (this.#state) {
        case HEAD:
          if (this.#held !== undefined && this.#held.length > 0) place = this.#heldHead(bytes, place, end, offset, at);
          else place = this.#head(bytes, place, end, offset, at);
          break;
        case FRAME:
          place = this.#frame(bytes, place, end, offset, at);
          break;
        case WALK:
          place = this.#walk(bytes, place, place, end, offset, at);
          break;
        default: {
          const stop = Math.min(end, place + this.#remaining);
          this.#discard(offset + place, stop - place, 'gap-in-head');
          this.#remaining -= stop - place;
          if (this.#remaining === 0) this.#state = HEAD;
          place = stop;
        }
      }
    }
  }

  gap(byteCount: ByteCount): void {
    switch (this.#state) {
      case HEAD:
        this.#gapInHead(byteCount);
        return;
      case FRAME: {
        const inFrame = Math.min(byteCount, this.#remaining);
        this.#message.skip(inFrame);
        this.#remaining -= inFrame;
        if (this.#remaining === 0) this.#finish();
        if (inFrame < byteCount) this.gap(byteCount - inFrame);
        return;
      }
      case WALK:
        if ((this.#walker as Walker).pass(byteCount)) {
          this.#message.skip(byteCount);
          return;
        }
        this.#breakOff('gap');
        this.#lose('after-gap');
        return;
      default: {
        const skipped = Math.min(byteCount, this.#remaining);
        this.#remaining -= skipped;
        if (this.#remaining === 0) this.#state = HEAD;
        if (skipped < byteCount) this.gap(byteCount - skipped);
      }
    }
  }

  /** No more will come. @param reason of a message that is not whole */
  close(reason: string): void {
    if (this.#state === FRAME || this.#state === WALK) this.#breakOff(reason);
    this.#dropHeld(this.#strict ? this.#lostReason : 'closed-in-head');
    this.#state = HEAD;
  }

  #head(bytes: Uint8Array, place: number, end: number, offset: StreamOffset, at: Micros): number {
    const strict = this.#strict;
    const mayBeOld = !strict || (place === 0 && (this.#encoding === -1 || this.#encoding === ENCODING.binaryOld));
    const read = this.#read(bytes, place, end, mayBeOld);
    if (read > 0) return this.#begin(bytes, place, end, offset, at, at);
    if (read === INCOMPLETE) {
      if (!this.#hold(bytes, place, end, offset, at)) {
        this.#discard(offset + place, end - place, 'pending-limit');
        this.#lose('pending-limit');
      } else this.#expect(this.#held as HeldHead, mayBeOld);
      return end;
    }
    if (read === EMPTY_FRAME) {
      this.#discard(offset + place, EMPTY_FRAME_BYTES, 'empty-frames');
      return place + EMPTY_FRAME_BYTES;
    }
    if (!strict) {
      this.#lose('not-a-message');
      return place;
    }
    const next = nextMessageStart(bytes, place + 1, end);
    this.#discardLost(offset + place, next - place);
    return next;
  }

  /** Goes on with a head that began in an earlier chunk. */
  #heldHead(bytes: Uint8Array, place: number, end: number, offset: StreamOffset, at: Micros): number {
    const held = this.#held as HeldHead;
    const taken = Math.max(place, Math.min(end, place + held.needed - held.length));
    if (!this.#hold(bytes, place, taken, offset, at)) {
      this.#dropHeld('pending-limit');
      this.#lose('pending-limit');
      return place;
    }
    while (held.length > 0 && held.length >= held.needed) {
      const { bytes: seen, start, end: seenEnd } = held.held;
      const read = this.#read(seen, start, seenEnd, held.mayBeOld);
      if (read > 0) this.#beginHeld(held, at);
      else if (read === INCOMPLETE) this.#expect(held, held.mayBeOld);
      else if (read === EMPTY_FRAME) this.#letGo(held, EMPTY_FRAME_BYTES, 'empty-frames', at);
      else if (this.#strict) {
        const byteCount = nextMessageStart(seen, start + 1, seenEnd) - start;
        const mark = held.markOf(byteCount, this.#owner.mark());
        this.#letGo(held, byteCount, this.#lostReason, at);
        this.#owner.lost(this.#direction, mark);
      } else this.#lose('not-a-message');
    }
    return taken;
  }

  /** The head that was just read is not complete. */
  #expect(held: HeldHead, mayBeOld: boolean): void {
    const { needed, messageBytes } = this.#deps.head;
    held.needed = needed;
    held.messageBytes = messageBytes;
    held.mayBeOld = mayBeOld;
  }

  /** What is held begins a message; where framing was lost before, others may follow it. */
  #beginHeld(held: HeldHead, at: Micros): void {
    const { kept } = this.#deps;
    const { bytes, start, end } = held.held;
    kept.release(end - start);
    const used = this.#begin(bytes, start, end, held.offset - start, held.at, at) - start;
    kept.take(end - start - used);
    held.drop(used, at, this.#owner.mark());
    held.mayBeOld = true;
  }

  #read(bytes: Uint8Array, start: number, end: number, mayBeOld: boolean): number {
    const { head } = this.#deps;
    const strict = this.#strict;
    const read = head.read(bytes, start, end, strict, mayBeOld);
    // Where others had one, the frame of this one is in the loss: without it, the message is not whole.
    const isBare = read > 0 && strict && head.transport === TRANSPORT.unframed && this.#transport > TRANSPORT.unframed;
    return isBare ? NOT_A_HEAD : read;
  }

  /** @returns position behind what was taken of it */
  #begin(bytes: Uint8Array, start: number, end: number, base: StreamOffset, firstAt: Micros, at: Micros): number {
    const { head, walkers } = this.#deps;
    const { headBytes, messageBytes, encoding, transport } = head;
    this.#strict = false;
    this.#transport = transport;
    this.#encoding = encoding;
    this.#message.begin(head, bytes, start, base, firstAt);
    if (messageBytes >= 0) {
      this.#state = FRAME;
      this.#remaining = messageBytes;
      return this.#frame(bytes, start, end, base, at);
    }
    this.#state = WALK;
    this.#walker = walkers.take(encoding);
    return this.#walk(bytes, start, start + headBytes, end, base, at);
  }

  #frame(bytes: Uint8Array, place: number, end: number, base: StreamOffset, at: Micros): number {
    const stop = Math.min(end, place + this.#remaining);
    this.#remaining -= stop - place;
    this.#message.take(bytes, place, stop, base, at);
    if (this.#remaining === 0) this.#finish();
    return stop;
  }

  /** @param from first byte of the message not taken yet, `place` of its arguments */
  #walk(bytes: Uint8Array, from: number, place: number, end: number, base: StreamOffset, at: Micros): number {
    const walker = this.#walker as Walker;
    const stop = walker.push(bytes, place, end);
    this.#message.take(bytes, from, stop, base, at);
    if (walker.failed) {
      this.#breakOff('protocol-error');
      this.#lose('not-a-message');
    } else if (walker.done) this.#finish();
    return stop;
  }

  #finish(): void {
    this.#leaveMessage();
    this.#message.finish();
  }

  #breakOff(reason: string): void {
    this.#leaveMessage();
    this.#message.breakOff(reason);
  }

  #leaveMessage(): void {
    this.#state = HEAD;
    if (this.#walker === undefined) return;
    this.#deps.walkers.giveBack(this.#walker);
    this.#walker = undefined;
  }

  /** Bytes were lost between messages, or in a head: where its frame is known, the message behind it is not lost. */
  #gapInHead(byteCount: ByteCount): void {
    const heldBytes = this.#held?.length ?? 0;
    const messageBytes = this.#held?.messageBytes ?? -1;
    if (heldBytes === 0 || this.#strict || messageBytes < 0) {
      this.#dropHeld(this.#strict ? this.#lostReason : 'gap-in-head');
      this.#lose('after-gap');
      return;
    }
    this.#dropHeld('gap-in-head');
    this.#owner.lost(this.#direction, this.#owner.mark());
    this.#state = SKIP;
    this.#remaining = messageBytes - heldBytes;
    this.gap(byteCount);
  }

  #lose(reason: string): void {
    this.#strict = true;
    this.#lostReason = reason;
    this.#owner.lost(this.#direction, this.#owner.mark());
  }

  #hold(bytes: Uint8Array, start: number, end: number, base: StreamOffset, at: Micros): boolean {
    if (!this.#deps.kept.take(end - start)) return false;
    this.#held ??= new HeldHead();
    this.#held.append(bytes, start, end, base + start, at, this.#owner.mark());
    return true;
  }

  /** The first held bytes are given up; what is left may begin a message. */
  #letGo(held: HeldHead, byteCount: ByteCount, reason: string, at: Micros): void {
    this.#discard(held.offset, byteCount, reason);
    this.#deps.kept.release(byteCount);
    held.drop(byteCount, at, this.#owner.mark());
    held.mayBeOld = !this.#strict;
  }

  #dropHeld(reason: string): void {
    const held = this.#held;
    if (held !== undefined && held.length > 0) this.#letGo(held, held.length, reason, held.at);
  }

  /** Bytes between the loss and the next start: whole messages may be in them. */
  #discardLost(offset: StreamOffset, byteCount: ByteCount): void {
    this.#discard(offset, byteCount, this.#lostReason);
    this.#owner.lost(this.#direction, this.#owner.mark());
  }

  #discard(offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#owner.discard(this.#direction, offset, byteCount, reason);
  }
}
