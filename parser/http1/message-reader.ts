/**
 * Reads the messages of one direction of an HTTP/1 flow: finds where each head and body ends, whatever the cut.
 *
 *   head → (length | chunked | untilClose)* → head …
 *     broken or gap in framing → lost → (a start that the owner believes) → head
 *     101 or CONNECT 2xx → tunnel
 *
 * Every byte given is settled once: into a message, or as discarded with a reason. What a message means is the owner's,
 * and where one may begin after a loss, too. A stream that was begun in its middle is read from the next chunk on that
 * begins with a start line.
 */
import type { Account, ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { MessageBuilder } from '../message/message-builder.ts';
import type { Slab } from '../message/slab.ts';
import { FRAMING } from './body-framing.ts';
import { ChunkedBody } from './chunked-body.ts';
import { INCOMPLETE } from './field-section.ts';
import { HeadBuffer } from './head-buffer.ts';
import { LossRecovery } from './loss-recovery.ts';
import type { MessageOwner } from './message-owner.ts';
import { CR, LF } from './octets.ts';
import type { StretchEnd } from './start-search.ts';
import { NOT_A_START_LINE } from './status-line.ts';

export interface ReaderDeps {
  readonly bytes: Account;
  /** Absent where message bytes are counted and not kept. */
  readonly slab: Slab | undefined;
  readonly kept: KeptBytes;
  readonly maxHeadBytes: ByteCount;
  readonly maxBodyBytes: ByteCount;
}

const STATE = { head: 0, length: 1, chunked: 2, untilClose: 3, lost: 4, tunnel: 5 } as const;

export class MessageReader {
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #deps: ReaderDeps;
  readonly #builder: MessageBuilder;
  #state: number;
  /** Framing was lost and no message was read since: a start line must be beyond doubt. */
  #strict: boolean;
  /** The stream was begun in its middle and no message was read yet. */
  #midStream: boolean;
  readonly loss: LossRecovery;
  /** Stream offset of the first of the bytes being read. */
  #base: StreamOffset = 0;
  #leaveOut = '';
  #remaining = 0;
  #bodyBegun = false;
  #chunked: ChunkedBody | undefined;
  #pending: HeadBuffer | undefined;
  #pendingOffset: StreamOffset = 0;
  #pendingAt: Micros = 0;
  /** Empty lines were skipped before the message that comes. */
  skippedEmptyLines = false;

  /** @param midStream the first bytes may be the middle of a message */
  constructor(direction: Direction, owner: MessageOwner, deps: ReaderDeps, midStream: boolean) {
    this.#direction = direction;
    this.#owner = owner;
    this.#deps = deps;
    this.#builder = new MessageBuilder(deps.slab, deps.kept, deps.maxBodyBytes);
    this.#strict = midStream;
    this.#midStream = midStream;
    this.#state = midStream ? STATE.lost : STATE.head;
    this.loss = new LossRecovery(direction, owner, deps.kept, 'mid-stream');
  }

  /** A message is begun and not ended. */
  get inMessage(): boolean {
    return this.#state === STATE.length || this.#state === STATE.chunked || this.#state === STATE.untilClose;
  }

  /** A body is announced and no byte of it has come. */
  get awaitsBody(): boolean {
    return this.inMessage && !this.#bodyBegun;
  }

  /** Framing was lost, and the bytes that come wait for evidence of a start. */
  get seeksStart(): boolean {
    return this.#state === STATE.lost && !this.#midStream;
  }

  /** The bytes that come begin a message. */
  get betweenMessages(): boolean {
    return this.#state === STATE.head && (this.#pending === undefined || this.#pending.length === 0);
  }

  /** @param offset stream offset of the first byte; bytes are borrowed */
  push(bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const end = bytes.length;
    if (this.#state === STATE.lost && this.#midStream && this.#owner.maybeStart(this.#direction, bytes, 0, end)) {
      this.#state = STATE.head;
    }
    this.#base = offset;
    let place = 0;
    while (place < end) {
      switch (this.#state) {
        case STATE.head:
          place = this.#head(bytes, place, end, offset, at);
          break;
        case STATE.lost:
          place = this.#seek(bytes, place, end, offset, at);
          this.#base = offset;
          break;
        case STATE.tunnel:
          this.#owner.tunnelled(this.#direction, bytes.subarray(place), offset + place, at);
          return;
        default:
          place = this.#body(bytes, place, place, end, at);
      }
    }
  }

  gap(byteCount: ByteCount, at: Micros): void {
    if (this.loss.holds) this.#settle('anywhere');
    switch (this.#state) {
      case STATE.head:
        if (this.betweenMessages) this.#lose('after-gap', true);
        else {
          this.#breakOff('gap', 'gap-in-head', byteCount);
          this.#lose('after-gap');
        }
        return;
      case STATE.length: {
        const inBody = Math.min(byteCount, this.#remaining);
        this.#builder.skip(inBody);
        this.#remaining -= inBody;
        this.#bodyBegun = true;
        if (this.#remaining === 0) this.#finish(true, 'gap');
        if (inBody < byteCount) this.gap(byteCount - inBody, at);
        return;
      }
      case STATE.chunked:
        this.#bodyBegun = true;
        this.#builder.skip(byteCount);
        if (!(this.#chunked as ChunkedBody).skip(byteCount)) {
          this.#finish(false, 'gap');
          this.#lose('after-gap');
        }
        return;
      case STATE.untilClose:
        this.#builder.skip(byteCount);
        return;
      case STATE.lost:
        this.#owner.lost(this.#direction, false);
        return;
      default:
        return;
    }
  }

  /** The other side shows that a message of this one ends with the last byte given, or begins in the gap after it. */
  reachBoundary(): void {
    if (!this.seeksStart) return;
    if (this.#settle('message') && !this.seeksStart) return;
    this.loss.drop();
    this.loss.hopeless = false;
    this.#state = STATE.head;
  }

  /** What is held after a loss is read as far as it is believed: no more evidence will come. */
  settle(): void {
    this.#settle('stream');
  }

  /** No more will come. @param clean the sender closed in order, which ends a body without length */
  close(clean: boolean, reason: string): void {
    this.settle();
    if (this.#state === STATE.untilClose && clean) this.#finish(true, this.#builder.hasGaps ? 'gap' : '');
    else if (this.inMessage) this.#finish(false, reason);
    this.#breakOff(reason, 'closed-in-head', 0);
    this.loss.drop();
    this.#state = STATE.lost;
    this.loss.reason = 'after-close';
    this.loss.hopeless = true;
  }

  /** What follows in this direction is not HTTP any more. */
  becomeTunnel(): void {
    if (this.inMessage) this.#finish(false, 'protocol-error');
    this.loss.drop();
    this.#state = STATE.tunnel;
    const pending = this.#pending;
    if (pending === undefined || pending.length === 0) return;
    const bytes = pending.bytes.slice(0, pending.length);
    this.#forgetPending();
    this.#owner.tunnelled(this.#direction, bytes, this.#pendingOffset, this.#pendingAt);
  }

  /** The announced body will not come: the message ends as it is. @param reason empty where it is whole so */
  endWithoutBody(reason: string): void {
    this.#finish(reason === '', reason);
  }

  /** The raw bytes that follow are an answer without head. */
  #beginBare(offset: StreamOffset, at: Micros): void {
    this.#leaveOut = '';
    this.#builder.begin(offset, at, 0, -1);
    this.#state = STATE.untilClose;
    this.#bodyBegun = true;
  }

  #head(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    if (this.#pending !== undefined && this.#pending.length > 0) return this.#cutHead(bytes, start, end, at);
    let from = start;
    while (from < end && (bytes[from] === CR || bytes[from] === LF)) from++;
    if (from > start) {
      this.#discard(start, from - start, 'empty-lines');
      this.skippedEmptyLines = true;
      if (from === end) return end;
    }
    const headEnd = this.#owner.readHead(this.#direction, bytes, from, end, this.#strict);
    if (headEnd >= 0 && headEnd - from <= this.#deps.maxHeadBytes) {
      return this.#begin(bytes, from, headEnd, end, offset + from, at, at);
    }
    if (headEnd === NOT_A_START_LINE) return this.#noStart(bytes, from, end, offset + from, at);
    if (headEnd >= 0 || end - from > this.#deps.maxHeadBytes) {
      this.#breakHead('head-too-long');
      return from;
    }
    if (!this.#hold(bytes, from, end)) return from;
    this.#pendingOffset = offset + from;
    this.#pendingAt = at;
    return end;
  }

  /** Goes on with a head that began in an earlier chunk. */
  #cutHead(bytes: Uint8Array, start: number, end: number, at: Micros): number {
    const pending = this.#pending as HeadBuffer;
    const before = pending.length;
    const taken = Math.min(end, start + this.#deps.maxHeadBytes + 1 - before);
    if (!this.#hold(bytes, start, taken)) return start;
    const held = pending.bytes;
    const length = pending.length;
    const pendingOffset = this.#pendingOffset;
    const pendingAt = this.#pendingAt;
    const base = this.#base;
    const headEnd = this.#look(pending);
    if (headEnd === NOT_A_START_LINE) {
      this.#forgetPending();
      this.#base = pendingOffset;
      let used = this.#noStart(held, 0, length, pendingOffset, pendingAt);
      while (used < length && this.#state === STATE.lost)
        used = this.#seek(held, used, length, pendingOffset, pendingAt);
      if (used < length) this.push(held.slice(used, length), pendingOffset + used, pendingAt);
      this.#base = base;
      return taken;
    }
    if (headEnd === INCOMPLETE && length <= this.#deps.maxHeadBytes) return taken;
    if (headEnd === INCOMPLETE || headEnd > this.#deps.maxHeadBytes) {
      this.#dropPending('head-too-long');
      this.#breakHead('head-too-long');
      return taken;
    }
    this.#forgetPending();
    this.#base = pendingOffset;
    this.#begin(held, 0, headEnd, headEnd, pendingOffset, pendingAt, at);
    this.#base = base;
    return start + headEnd - before;
  }

  /** Reads the held head when something about it can be told: its end, its first line, or that it is none. */
  #look(pending: HeadBuffer): number {
    const hadLine = pending.hasLine;
    const found = pending.findEnd();
    const tellable = found >= 0 || pending.hasLine !== hadLine;
    if (!tellable && this.#owner.maybeStart(this.#direction, pending.bytes, 0, pending.length)) return INCOMPLETE;
    const until = found >= 0 ? found : pending.length;
    return this.#owner.readHead(this.#direction, pending.bytes, 0, until, this.#strict);
  }

  #begin(
    bytes: Uint8Array,
    start: number,
    headEnd: number,
    end: number,
    offset: StreamOffset,
    firstAt: Micros,
    at: Micros,
  ): number {
    const { framing, leaveOut } = this.#owner.begin(this.#direction, bytes, offset, firstAt);
    this.skippedEmptyLines = false;
    if (this.#strict) this.#found();
    this.#leaveOut = leaveOut;
    this.#builder.begin(offset, firstAt, headEnd - start, framing >= 0 ? framing : -1);
    this.#bodyBegun = false;
    switch (framing) {
      case FRAMING.chunked:
        this.#chunked ??= new ChunkedBody();
        this.#chunked.reset();
        this.#state = STATE.chunked;
        break;
      case FRAMING.untilClose:
        this.#state = STATE.untilClose;
        break;
      case FRAMING.broken:
        this.#state = STATE.length;
        this.#take(bytes, start, headEnd, at);
        this.#finish(false, 'protocol-error');
        this.#lose('absurd-length');
        return headEnd;
      default:
        this.#remaining = Math.max(0, framing);
        this.#state = STATE.length;
    }
    return this.#body(bytes, start, headEnd, end, at);
  }

  /** @param from first byte of the message not taken yet (the head's when it has just been read), `place` of the body */
  #body(bytes: Uint8Array, from: number, place: number, end: number, at: Micros): number {
    if (place < end) this.#bodyBegun = true;
    switch (this.#state) {
      case STATE.length: {
        const stop = Math.min(end, place + this.#remaining);
        this.#take(bytes, from, stop, at);
        this.#remaining -= stop - place;
        if (this.#remaining === 0) this.#finish(true, this.#builder.hasGaps ? 'gap' : '');
        return stop;
      }
      case STATE.chunked: {
        const chunked = this.#chunked as ChunkedBody;
        const stop = chunked.push(bytes, place, end);
        this.#take(bytes, from, stop, at);
        if (chunked.done) this.#finish(true, this.#builder.hasGaps ? 'gap' : '');
        else if (chunked.reason !== '') {
          this.#finish(false, 'protocol-error');
          this.#lose(chunked.reason);
        }
        return stop;
      }
      default:
        this.#take(bytes, from, end, at);
        return end;
    }
  }

  #take(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (this.#leaveOut === '') this.#builder.append(bytes, start, end, at);
    else this.#discard(start, end - start, this.#leaveOut);
  }

  #finish(ended: boolean, reason: string): void {
    const marks = this.#state === STATE.chunked ? (this.#chunked as ChunkedBody).marks : 0;
    this.#state = STATE.head;
    const builder = this.#builder;
    if (this.#leaveOut !== '') {
      this.#owner.ended(this.#direction, undefined, 0, reason, marks);
      return;
    }
    const { bytes } = this.#deps;
    bytes.held -= builder.seenBytes;
    bytes.out += builder.seenBytes;
    this.#owner.ended(this.#direction, builder.finish(ended), builder.keptBytes, reason, marks);
  }

  /** The bytes do not begin a message. @returns position to go on from */
  #noStart(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    if (!this.#strict && this.#owner.beginBare(this.#direction)) {
      this.#beginBare(offset, at);
      return this.#body(bytes, start, start, end, at);
    }
    this.#breakHead(this.#strict ? this.loss.reason : 'not-a-message');
    return start;
  }

  #breakHead(reason: string): void {
    if (this.#strict) {
      this.#state = STATE.lost;
      this.loss.goOn();
      return;
    }
    this.#lose(reason);
  }

  /** @param between only whole messages were read up to here */
  #lose(reason: string, between = false): void {
    this.#state = STATE.lost;
    this.#strict = true;
    this.loss.begin(reason, between);
  }

  /** A message begins after a loss. */
  #found(): void {
    this.#strict = false;
    this.#midStream = false;
    this.loss.end();
  }

  /** Bytes between the loss and the next start: held until it is known where that is. @returns position to go on from */
  #seek(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    const { loss } = this;
    if (this.#midStream || loss.hopeless) {
      loss.giveUp(offset + start, end - start);
      this.#owner.lost(this.#direction, false);
      return end;
    }
    const stop = loss.hold(bytes, start, end, offset, at);
    if (!loss.full || this.#settle('anywhere')) return stop;
    loss.goOn();
    loss.hopeless = !this.#owner.mayPipeline(this.#direction);
    if (stop > start) return stop;
    loss.giveUp(offset + start, end - start);
    return end;
  }

  /** Reads on from the first message believed among what is held; false where there is none. */
  #settle(end: StretchEnd): boolean {
    const believed = this.loss.settle(end);
    if (believed === undefined) return false;
    this.#state = STATE.head;
    for (const { bytes, offset, at } of believed) this.push(bytes, offset, at);
    return true;
  }

  #hold(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#deps.kept.take(end - start)) {
      this.#dropPending('pending-limit');
      this.#breakHead('pending-limit');
      return false;
    }
    this.#pending ??= new HeadBuffer();
    this.#pending.append(bytes, start, end);
    return true;
  }

  /**
   * A head ends before its end: with its start line it is a broken message, otherwise its bytes are given up.
   *
   * @param missingBytes bytes never seen that follow what is there
   */
  #breakOff(reason: string, discardReason: string, missingBytes: ByteCount): void {
    const pending = this.#pending;
    if (pending === undefined || pending.length === 0) return;
    pending.findEnd();
    const { bytes, length } = pending;
    const direction = this.#direction;
    if (!pending.hasLine || this.#owner.readHead(direction, bytes, 0, length, this.#strict) !== INCOMPLETE) {
      this.#dropPending(this.#strict ? this.loss.reason : discardReason);
      return;
    }
    this.#forgetPending();
    this.#leaveOut = this.#owner.begin(direction, bytes, this.#pendingOffset, this.#pendingAt).leaveOut;
    this.#builder.begin(this.#pendingOffset, this.#pendingAt, length, -1);
    this.#state = STATE.length;
    const base = this.#base;
    this.#base = this.#pendingOffset;
    this.#take(bytes, 0, length, this.#pendingAt);
    this.#base = base;
    if (missingBytes > 0) this.#builder.skip(missingBytes);
    this.#finish(false, reason);
  }

  /** The bytes of an unfinished head are given up. */
  #dropPending(reason: string): void {
    const length = this.#pending?.length ?? 0;
    if (length === 0) return;
    const base = this.#base;
    this.#base = this.#pendingOffset;
    this.#discard(0, length, reason);
    this.#base = base;
    this.#forgetPending();
  }

  #forgetPending(): void {
    const pending = this.#pending as HeadBuffer;
    this.#deps.kept.release(pending.length);
    pending.clear();
  }

  /** @param start place of the first of them among the bytes being read */
  #discard(start: number, byteCount: ByteCount, reason: string): void {
    if (byteCount === 0) return;
    this.#owner.discarded(this.#direction, this.#base + start, byteCount, reason);
  }
}
