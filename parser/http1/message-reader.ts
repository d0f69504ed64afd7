/**
 * Reads the messages of one direction of an HTTP/1 flow: finds where each head and body ends, whatever the cut.
 *
 *   head → message → head …
 *     broken or gap in framing → lost → (a start that the owner believes) → head
 *     101 or CONNECT 2xx → tunnel
 *
 * Every byte given is settled once: into a message, or as discarded with a reason. What a message means is the owner's,
 * and where one may begin after a loss, too. A stream that was begun in its middle is read from the next chunk on that
 * begins with a start line.
 */
import type { ByteCount, Direction, Micros, StreamOffset } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { type BodyFraming, FRAMING } from './body-framing.ts';
import { INCOMPLETE } from './field-section.ts';
import type { HeldHead } from './held-head.ts';
import { LossRecovery } from './loss-recovery.ts';
import type { MessageOwner, MessageStart } from './message-owner.ts';
import { CR, LF } from './octets.ts';
import type { OpenMessage } from './open-message.ts';
import type { ReaderDeps } from './reader-deps.ts';
import type { StretchEnd } from './start-search.ts';
import { NOT_A_START_LINE } from './status-line.ts';

const STATE = { head: 0, message: 1, lost: 2, tunnel: 3 } as const;
const BROKEN: BodyFraming = FRAMING.broken;
const NOTHING = new Uint8Array(0);

export class MessageReader {
  /** Empty lines were skipped before the message that comes. */
  skippedEmptyLines = false;
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #deps: ReaderDeps;
  readonly #kept: KeptBytes;
  #state: number;
  /** Framing was lost and no message was read since: a start line must be beyond doubt. */
  #strict: boolean;
  /** The stream was begun in its middle and no message was read yet. */
  #midStream: boolean;
  /** From a loss on until a message is read. */
  #loss: LossRecovery | undefined;
  /** There is one where the state says so. */
  #message: OpenMessage | undefined;
  /** A head is begun and not ended. */
  #held: HeldHead | undefined;

  /** @param midStream the first bytes may be the middle of a message */
  constructor(direction: Direction, owner: MessageOwner, deps: ReaderDeps, kept: KeptBytes, midStream: boolean) {
    this.#direction = direction;
    this.#owner = owner;
    this.#deps = deps;
    this.#kept = kept;
    this.#strict = midStream;
    this.#midStream = midStream;
    this.#state = midStream ? STATE.lost : STATE.head;
    this.#loss = midStream ? new LossRecovery(direction, owner, kept, 'mid-stream') : undefined;
  }

  /** A body is announced and no byte of it has come. */
  get awaitsBody(): boolean {
    return this.#state === STATE.message && !(this.#message as OpenMessage).bodyBegun;
  }

  /** Framing was lost, and the bytes that come wait for evidence of a start. */
  get seeksStart(): boolean {
    return this.#state === STATE.lost && !this.#midStream;
  }

  /** The bytes that come begin a message. */
  get betweenMessages(): boolean {
    return this.#state === STATE.head && this.#held === undefined;
  }

  /** Bytes given up between a loss and the message that begins; -1 where it does not follow a loss. */
  get givenUpBytes(): ByteCount {
    return this.#loss?.resynchronised === true ? this.#loss.givenUpBytes : -1;
  }

  /** What is held after a loss; empty where nothing is. */
  get heldAfterLoss(): Uint8Array {
    return this.#loss?.held ?? NOTHING;
  }

  /** @param offset stream offset of the first byte; bytes are borrowed */
  push(bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const end = bytes.length;
    if (this.#state === STATE.lost && this.#midStream && this.#owner.maybeStart(this.#direction, bytes, 0, end)) {
      this.#state = STATE.head;
    }
    let place = 0;
    while (place < end) {
      switch (this.#state) {
        case STATE.head:
          place = this.#head(bytes, place, end, offset, at);
          break;
        case STATE.lost:
          place = this.#seek(bytes, place, end, offset, at);
          break;
        case STATE.tunnel:
          this.#owner.tunnelled(this.#direction, bytes.subarray(place), offset + place, at);
          return;
        default:
          place = this.#body(bytes, place, place, end, offset, at);
      }
    }
  }

  gap(byteCount: ByteCount, at: Micros): void {
    if (this.#loss?.holds === true) this.#settle('anywhere');
    switch (this.#state) {
      case STATE.head:
        if (this.#held === undefined) this.#lose('after-gap', true);
        else {
          this.#breakOff('gap', 'gap-in-head', byteCount);
          this.#lose('after-gap');
        }
        return;
      case STATE.message: {
        const message = this.#message as OpenMessage;
        const taken = message.skip(byteCount);
        if (taken < 0) {
          this.#finish(false, 'gap');
          this.#lose('after-gap');
          return;
        }
        if (message.ended) this.#finish(true, 'gap');
        if (taken < byteCount) this.gap(byteCount - taken, at);
        return;
      }
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
    this.#lost.drop();
    this.#lost.hopeless = false;
    this.#state = STATE.head;
  }

  /** What is held after a loss is read as far as it is believed: no more evidence will come. */
  settle(): void {
    this.#settle('stream');
  }

  /** No more will come. @param clean the sender closed in order, which ends a body without length */
  close(clean: boolean, reason: string): void {
    this.settle();
    if (this.#state === STATE.message) {
      const { endsWithStream, hasGaps } = this.#message as OpenMessage;
      if (endsWithStream && clean) this.#finish(true, hasGaps ? 'gap' : '');
      else this.#finish(false, reason);
    }
    this.#breakOff(reason, 'closed-in-head', 0);
    this.#state = STATE.lost;
    this.#lost.drop();
    this.#lost.reason = 'after-close';
    this.#lost.hopeless = true;
  }

  /** What follows in this direction is not HTTP any more. */
  becomeTunnel(): void {
    if (this.#state === STATE.message) this.#finish(false, 'protocol-error');
    this.#loss?.drop();
    this.#state = STATE.tunnel;
    const held = this.#held;
    if (held === undefined) return;
    this.#letGo(held);
    this.#owner.tunnelled(this.#direction, held.bytes.slice(0, held.length), held.offset, held.at);
  }

  /** The announced body will not come: the message ends as it is. @param reason empty where it is whole so */
  endWithoutBody(reason: string): void {
    this.#finish(reason === '', reason);
  }

  #head(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    if (this.#held !== undefined) return this.#cutHead(bytes, start, end, at);
    let from = start;
    while (from < end && (bytes[from] === CR || bytes[from] === LF)) from++;
    if (from > start) {
      this.#discard(offset + start, from - start, 'empty-lines');
      this.skippedEmptyLines = true;
      if (from === end) return end;
    }
    const headEnd = this.#owner.readHead(this.#direction, bytes, from, end, this.#strict);
    if (headEnd >= 0 && headEnd - from <= this.#deps.maxHeadBytes) {
      return this.#begin(bytes, from, headEnd, end, offset, at, at);
    }
    if (headEnd === NOT_A_START_LINE) return this.#noStart(bytes, from, end, offset, at);
    if (headEnd >= 0 || end - from > this.#deps.maxHeadBytes) {
      this.#breakHead('head-too-long');
      return from;
    }
    this.#held = this.#deps.takeHead();
    return this.#hold(this.#held.begin(offset + from, at), bytes, from, end) ? end : from;
  }

  /** Goes on with a head that began in an earlier chunk. */
  #cutHead(bytes: Uint8Array, start: number, end: number, at: Micros): number {
    const held = this.#held as HeldHead;
    const { maxHeadBytes } = this.#deps;
    const before = held.length;
    const taken = Math.min(end, start + maxHeadBytes + 1 - before);
    if (!this.#hold(held, bytes, start, taken)) return start;
    const headEnd = this.#look(held);
    if (headEnd === INCOMPLETE && held.length <= maxHeadBytes) return taken;
    if (headEnd === INCOMPLETE || headEnd > maxHeadBytes) {
      this.#giveUpHead(held, 'head-too-long');
      this.#breakHead('head-too-long');
      return taken;
    }
    this.#letGo(held);
    if (headEnd === NOT_A_START_LINE) this.#readAnew(held);
    else this.#begin(held.bytes, 0, headEnd, headEnd, held.offset, held.at, at);
    this.#deps.giveBackHead(held);
    return headEnd === NOT_A_START_LINE ? taken : start + headEnd - before;
  }

  /** Reads the held head when something about it can be told: its end, its first line, or that it is none. */
  #look(held: HeldHead): number {
    const hadLine = held.hasLine;
    const found = held.findEnd();
    const tellable = found >= 0 || held.hasLine !== hadLine;
    if (!tellable && this.#owner.maybeStart(this.#direction, held.bytes, 0, held.length)) return INCOMPLETE;
    const until = found >= 0 ? found : held.length;
    return this.#owner.readHead(this.#direction, held.bytes, 0, until, this.#strict);
  }

  /** What was held as a head is none. */
  #readAnew({ bytes, length, offset, at }: HeldHead): void {
    let used = this.#noStart(bytes, 0, length, offset, at);
    while (used < length && this.#state === STATE.lost) used = this.#seek(bytes, used, length, offset, at);
    if (used < length) this.push(bytes.subarray(used, length), offset + used, at);
  }

  /**
   * @param offset stream offset of the first of `bytes`
   * @param firstAt when the head began, `at` when it ended
   */
  #begin(
    bytes: Uint8Array,
    start: number,
    headEnd: number,
    end: number,
    offset: StreamOffset,
    firstAt: Micros,
    at: Micros,
  ): number {
    const begun = this.#owner.begin(this.#direction, bytes, offset + start, firstAt);
    const { framing } = begun;
    this.skippedEmptyLines = false;
    if (this.#strict) this.#found();
    const message = this.#open(begun, offset + start, firstAt, headEnd - start);
    if (framing !== BROKEN) return this.#body(bytes, start, headEnd, end, offset, at);
    this.#take(message, bytes, start, headEnd, offset, at);
    this.#finish(false, 'protocol-error');
    this.#lose('absurd-length');
    return headEnd;
  }

  #open(start: MessageStart, offset: StreamOffset, at: Micros, headByteCount: ByteCount): OpenMessage {
    const message = this.#deps.takeMessage(this.#kept);
    message.begin(this.#kept, start, offset, at, headByteCount);
    this.#message = message;
    this.#state = STATE.message;
    return message;
  }

  /** @param from first byte of the message not taken yet (the head's when it has just been read), `place` of the body */
  #body(bytes: Uint8Array, from: number, place: number, end: number, offset: StreamOffset, at: Micros): number {
    const message = this.#message as OpenMessage;
    const stop = message.advance(bytes, place, end);
    this.#take(message, bytes, from, stop, offset, at);
    if (message.ended) this.#finish(true, message.hasGaps ? 'gap' : '');
    else if (stop < end) {
      const { problem } = message;
      this.#finish(false, 'protocol-error');
      this.#lose(problem);
    }
    return stop;
  }

  #take(message: OpenMessage, bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): void {
    if (message.leaveOut === '') message.append(bytes, start, end, at);
    else this.#discard(offset + start, end - start, message.leaveOut);
  }

  #finish(ended: boolean, reason: string): void {
    const message = this.#message as OpenMessage;
    this.#message = undefined;
    this.#state = STATE.head;
    const finished = message.finish(ended);
    const { keptBytes, marks } = message;
    this.#deps.giveBackMessage(message);
    this.#owner.ended(this.#direction, finished, finished === undefined ? 0 : keptBytes, reason, marks);
  }

  /** The bytes do not begin a message. @returns position to go on from */
  #noStart(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    if (!this.#strict && this.#owner.beginBare(this.#direction)) {
      this.#open(BARE, offset + start, at, 0);
      return this.#body(bytes, start, start, end, offset, at);
    }
    this.#breakHead(this.#strict ? this.#lost.reason : 'not-a-message');
    return start;
  }

  #breakHead(reason: string): void {
    if (this.#strict) {
      this.#state = STATE.lost;
      this.#lost.goOn();
      return;
    }
    this.#lose(reason);
  }

  /** @param between only whole messages were read up to here */
  #lose(reason: string, between = false): void {
    this.#state = STATE.lost;
    this.#strict = true;
    this.#lost.begin(reason, between);
  }

  /** A message begins after a loss. */
  #found(): void {
    this.#strict = false;
    this.#midStream = false;
    this.#loss = undefined;
  }

  get #lost(): LossRecovery {
    this.#loss ??= new LossRecovery(this.#direction, this.#owner, this.#kept, '');
    return this.#loss;
  }

  /** Bytes between the loss and the next start: held until it is known where that is. @returns position to go on from */
  #seek(bytes: Uint8Array, start: number, end: number, offset: StreamOffset, at: Micros): number {
    const loss = this.#lost;
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
    const believed = this.#loss?.settle(end);
    if (believed === undefined) return false;
    this.#state = STATE.head;
    for (const { bytes, offset, at } of believed) this.push(bytes, offset, at);
    return true;
  }

  #hold(held: HeldHead, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#kept.take(end - start)) {
      this.#giveUpHead(held, 'pending-limit');
      this.#breakHead('pending-limit');
      return false;
    }
    held.append(bytes, start, end);
    return true;
  }

  /**
   * A head ends before its end: with its start line it is a broken message, otherwise its bytes are given up.
   *
   * @param missingBytes bytes never seen that follow what is there
   */
  #breakOff(reason: string, discardReason: string, missingBytes: ByteCount): void {
    const held = this.#held;
    if (held === undefined) return;
    held.findEnd();
    const { bytes, length, offset, at } = held;
    const direction = this.#direction;
    if (!held.hasLine || this.#owner.readHead(direction, bytes, 0, length, this.#strict) !== INCOMPLETE) {
      this.#giveUpHead(held, this.#strict ? this.#lost.reason : discardReason);
      return;
    }
    this.#letGo(held);
    const begun = this.#owner.begin(direction, bytes, offset, at);
    begun.framing = FRAMING.untilClose;
    const message = this.#open(begun, offset, at, length);
    this.#take(message, bytes, 0, length, offset, at);
    if (missingBytes > 0) message.skip(missingBytes);
    this.#finish(false, reason);
  }

  /** The bytes of an unfinished head are given up. */
  #giveUpHead(held: HeldHead, reason: string): void {
    this.#letGo(held);
    this.#discard(held.offset, held.length, reason);
  }

  /** The head is not held any longer; its bytes stay valid. */
  #letGo(held: HeldHead): void {
    this.#held = undefined;
    this.#kept.release(held.length);
  }

  #discard(offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    if (byteCount > 0) this.#owner.discarded(this.#direction, offset, byteCount, reason);
  }
}

/** Raw bytes that are an answer without head. */
const BARE: MessageStart = { framing: FRAMING.untilClose, leaveOut: '' };
