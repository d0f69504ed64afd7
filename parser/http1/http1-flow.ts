/**
 * One HTTP/1 flow: two readers, the pairing of what they read, and what one side's progress tells about the other.
 *
 *   client bytes ──▶ reader ── request ──┐
 *        │ turns                      pairing ──▶ outlet: exchange, when both have ended
 *   server bytes ──▶ reader ── response ─┘
 *
 * After a loss a message is believed on evidence, not on text, which bodies may hold too. A client that was never seen to
 * pipeline takes turns with the server: whoever speaks shows that the other's message is over. Otherwise messages are
 * believed that fill the bytes after the loss up to the end without a break (`start-search.ts`).
 */
import type { ByteCount, CloseReason, Direction, Flow, Message, Micros, StreamOffset } from '../../core/index.ts';
import { noAnswerReason } from '../close-reason.ts';
import { latin1 } from '../latin1.ts';
import { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import type { FlowHost, ProtocolFlow } from '../protocol-flow.ts';
import { FRAMING, responseFraming } from './body-framing.ts';
import { CalledService } from './called-service.ts';
import { ExchangeOutlet, REPLAYED } from './exchange-outlet.ts';
import { HeldOpening } from './held-opening.ts';
import type { Http1Context } from './http1-context.ts';
import type { MessageOwner, MessageStart } from './message-owner.ts';
import { MessageReader } from './message-reader.ts';
import { MARK, NOTE } from './notes.ts';
import { Pairing } from './pairing.ts';
import { MAX_INTERIM_ANSWERS, type PendingExchange } from './pending-exchange.ts';
import { pendingRequest } from './pending-request.ts';
import { beginsRequestLine } from './request-line.ts';
import { findBelievedStart, mayHoldRequests } from './start-evidence.ts';
import type { StretchEnd } from './start-search.ts';
import { beginsInterim, beginsStatusLine, NOT_A_START_LINE } from './status-line.ts';

/** Both sides silent for so long: pipelined requests have their answers. Longer than nearly all of them take. */
const SILENCE_MICROS: Micros = 1_000_000;

export class Http1Flow implements ProtocolFlow, MessageOwner {
  readonly flow: Flow;
  readonly #context: Http1Context;
  readonly #shared: ParserContext;
  readonly #requests: MessageReader;
  readonly #responses: MessageReader;
  readonly #names: CalledService;
  readonly #outlet: ExchangeOutlet;
  readonly #pairing: Pairing;
  readonly #host: FlowHost;
  /** What may be the next message in place of an announced body, by direction; nearly always none. */
  #openings: readonly [HeldOpening, HeldOpening] | undefined;
  #asking: PendingExchange | undefined;
  #answering: PendingExchange | undefined;
  /** The interim answer being read belongs to it. */
  #interimOf: PendingExchange | undefined;
  #readsInterim = false;
  #lastAt: Micros = 0;
  /** Why no response can come any more; empty while one can. */
  #serverClosed = '';
  #clientFinished = false;
  /** What follows the answer being read is not HTTP. */
  #tunnel = false;
  /** Name of what follows an upgrade, as answered. */
  #upgradedTo = '';

  constructor(flow: Flow, context: Http1Context, midStream: boolean, host: FlowHost) {
    const { shared } = context;
    this.flow = flow;
    this.#context = context;
    this.#shared = shared;
    this.#host = host;
    const kept = new KeptBytes(shared.kept, shared.options.maxFlowPendingBytes);
    this.#names = new CalledService(flow.server, shared.services, shared.ledger);
    this.#outlet = new ExchangeOutlet(flow, shared, kept, host.attributes);
    this.#pairing = new Pairing(shared, this.#outlet, flow.id, midStream);
    this.#requests = new MessageReader(0, this, context.reading, kept, midStream);
    this.#responses = new MessageReader(1, this, context.reading, kept, midStream);
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const isClient = direction === 0;
    const reader = isClient ? this.#requests : this.#responses;
    const other = isClient ? this.#responses : this.#requests;
    const afterSilence = at - this.#lastAt >= SILENCE_MICROS;
    this.#lastAt = at;
    if (other.seeksStart && (afterSilence || this.#takesTurn(direction, bytes))) other.reachBoundary();
    if (isClient && (afterSilence || this.#pairing.apart)) this.#askAgain(afterSilence);
    if (reader.awaitsBody && this.#mayAskAnew(direction)) this.#pushOpening(direction, bytes, offset, at);
    else reader.push(bytes, offset, at);
  }

  gap(direction: Direction, byteCount: ByteCount, at: Micros): void {
    this.#lastAt = at;
    const other = direction === 0 ? 1 : 0;
    if (!this.mayPipeline(other)) this.#reader(other).reachBoundary();
    this.#openings?.[direction].end();
    this.#reader(direction).gap(byteCount, at);
  }

  close(direction: Direction, reason: CloseReason): void {
    const broken = reason === 'fin' ? `${direction === 0 ? 'request' : 'response'}-incomplete` : noAnswerReason(reason);
    if (direction === 1) this.#requests.settle();
    this.#openings?.[direction].end();
    this.#reader(direction).close(reason === 'fin', broken);
    if (direction === 0) this.#clientFinished = reason === 'fin';
    else {
      this.#serverClosed = noAnswerReason(reason);
      const cutOff = (reason === 'rst' && !this.#clientFinished) || reason === 'evicted';
      this.#pairing.end(this.#serverClosed, !cutOff);
    }
  }

  tick(at: Micros): void {
    this.#pairing.tick(at);
    if (at - this.#lastAt < SILENCE_MICROS) return;
    for (const direction of [0, 1] as const) {
      const reader = this.#reader(direction);
      if (reader.seeksStart && this.#pairing.isOneSided(direction)) reader.settle();
    }
  }

  maybeStart(direction: Direction, bytes: Uint8Array, start: number, end: number): boolean {
    return direction === 0 ? beginsRequestLine(bytes, start, end) : beginsStatusLine(bytes, start, end);
  }

  beginBare(direction: Direction): boolean {
    const pending = direction === 0 ? undefined : this.#pairing.bareAnswer();
    if (pending === undefined) return false;
    pending.responseBegun = true;
    this.#answering = pending;
    this.#shared.messages.in++;
    this.#shared.messages.held++;
    return true;
  }

  readHead(direction: Direction, bytes: Uint8Array, start: number, end: number, strict: boolean): number {
    const { requestLine, statusLine, fields } = this.#context;
    const line = direction === 0 ? requestLine : statusLine;
    const fieldsAt = line.read(bytes, start, end);
    if (fieldsAt < 0) return fieldsAt;
    if (line.version === 9) return strict ? NOT_A_START_LINE : fieldsAt;
    if (strict && line.version !== 11 && line.version !== 10) return NOT_A_START_LINE;
    const headEnd = fields.read(bytes, fieldsAt, end);
    this.#context.headStart = start;
    this.#context.headEnd = headEnd;
    return headEnd;
  }

  begin(direction: Direction, bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    return direction === 0 ? this.#beginRequest(bytes, streamOffset, at) : this.#beginResponse(bytes, streamOffset, at);
  }

  ended(direction: Direction, message: Message | undefined, keptBytes: ByteCount, reason: string, marks: number): void {
    if (direction === 0) this.#requestEnded(message, keptBytes, reason, marks);
    else if (this.#readsInterim) this.#interimEnded(message, keptBytes);
    else this.#responseEnded(message, keptBytes, reason, marks);
  }

  tunnelled(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#host.handBack(direction, bytes, offset, at);
  }

  lost(direction: Direction, between: boolean): void {
    if (direction === 0) this.#pairing.requestsLost(this.#lastAt, between);
    else this.#pairing.answersLost(this.#lastAt);
  }

  mayPipeline(direction: Direction): boolean {
    return this.#pairing.mayPipeline(direction);
  }

  findStart(direction: Direction, bytes: Uint8Array, followsGap: boolean, end: StretchEnd): number {
    return findBelievedStart(this.#context.search, this.#pairing, direction, bytes, followsGap, end);
  }

  discarded(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#shared.discard(this.flow, direction, offset, byteCount, reason);
  }

  #reader(direction: Direction): MessageReader {
    return direction === 0 ? this.#requests : this.#responses;
  }

  #beginRequest(bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    const context = this.#context;
    const { messages } = this.#shared;
    const isPipelined = this.#pairing.current !== undefined;
    const pending = pendingRequest(context, this.#names, this.flow.id, bytes, streamOffset, at, isPipelined);
    const { skippedEmptyLines, givenUpBytes } = this.#requests;
    if (skippedEmptyLines) pending.notes |= NOTE.leadingEmptyLines;
    if (givenUpBytes >= 0) pending.giveUp(givenUpBytes);
    messages.in++;
    messages.held++;
    this.#asking = pending;
    if (this.#serverClosed === '') this.#pairing.admit(pending);
    else pending.loneReason = this.#serverClosed;
    return context.start;
  }

  #requestEnded(message: Message | undefined, keptBytes: ByteCount, reason: string, marks: number): void {
    const pending = this.#asking as PendingExchange;
    this.#asking = undefined;
    pending.requestEnded = true;
    pending.requestReason = reason;
    pending.request = message;
    pending.keptBytes += keptBytes;
    if (reason === 'body-not-sent') pending.marks |= MARK.bodyNotSent;
    pending.marks |= marks;
    if (message !== undefined) {
      pending.waitingSince = message.lastByteAt;
      if (message.complete) this.#outlet.ready(pending, message);
    }
    if (pending.loneReason !== '') this.#outlet.lone(pending, pending.loneReason);
    else if (pending.responseBegun && this.#answering !== pending) {
      if (reason !== '') this.#pairing.brokeAfterAnswer(pending);
      this.#pairing.pairEnded(pending);
    }
  }

  #beginResponse(bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    const { statusLine, fields, start } = this.#context;
    const { messages } = this.#shared;
    const reader = this.#responses;
    const { status } = statusLine;
    if (status < 200 && status !== 101) {
      this.#readsInterim = true;
      this.#interimOf = this.#pairing.current;
      const owner = this.#interimOf;
      start.framing = 0;
      start.leaveOut = owner?.place === 'request' ? (owner.leftOut ? REPLAYED : '') : 'interim-without-request';
      if (owner?.interim.length === MAX_INTERIM_ANSWERS) start.leaveOut = 'interim-limit';
      return start;
    }
    this.#readsInterim = false;
    const pending = this.#pairing.answer(streamOffset, at);
    if (pending.place === 'lone-response') pending.service = this.#names.ofServer();
    start.framing = responseFraming(status, fields, pending.kind);
    start.leaveOut = pending.leftOut ? REPLAYED : '';
    pending.status = status;
    pending.responseBegun = true;
    pending.closes = fields.connectionClose;
    pending.notes |= statusLine.notes | fields.notes;
    if (!pending.requestEnded && pending.place === 'request') pending.marks |= MARK.earlyResponse;
    if (reader.skippedEmptyLines) pending.notes |= NOTE.leadingEmptyLines;
    const { givenUpBytes } = reader;
    if (givenUpBytes >= 0) pending.giveUp(givenUpBytes);
    if (pending.trace === undefined && fields.hasExtra) pending.trace = this.#context.trace.read(bytes, fields);
    messages.in++;
    messages.held++;
    this.#tunnel = start.framing === FRAMING.tunnel;
    if (status === 101)
      this.#upgradedTo = fields.hasUpgrade ? latin1(bytes, fields.upgradeStart, fields.upgradeEnd) : '';
    this.#answering = pending;
    return start;
  }

  #interimEnded(message: Message | undefined, keptBytes: ByteCount): void {
    this.#readsInterim = false;
    this.#shared.counts.interim++;
    const pending = this.#interimOf;
    this.#interimOf = undefined;
    if (pending === undefined || message === undefined) return;
    pending.expectsContinue = false;
    pending.keptBytes += keptBytes;
    pending.addInterim(message);
  }

  #responseEnded(message: Message | undefined, keptBytes: ByteCount, reason: string, marks: number): void {
    const pending = this.#answering as PendingExchange;
    this.#answering = undefined;
    pending.response = message;
    pending.responseEnded = true;
    pending.responseReason = reason;
    pending.keptBytes += keptBytes;
    pending.marks |= marks;
    if (pending.place === 'lone-response') this.#pairing.answerEnded(pending);
    else if (pending.requestEnded) this.#pairing.pairEnded(pending);
    if (!this.#tunnel) return;
    this.#shared.ledger.addFact('flows:tunnel');
    this.#host.handOver(this.#upgradedTo);
    this.#openings?.[0].end();
    this.#requests.becomeTunnel();
    this.#responses.becomeTunnel();
    this.#pairing.end('tunnel', true);
  }

  /**
   * Asked while framing is lost on the other side: whether bytes of this one show that a message of the other has ended.
   * A client that waits for its answers speaks when it has them; a server answers what has been asked.
   */
  #takesTurn(direction: Direction, bytes: Uint8Array): boolean {
    if (this.#pairing.pipelines) return false;
    if (direction === 0) return true;
    if (!this.#responses.betweenMessages || beginsInterim(bytes)) return false;
    return !this.#mayHoldRequests();
  }

  /** Whole requests may be among what is held of the client: then answers are counted until it speaks again. */
  #mayHoldRequests(): boolean {
    if (this.#pairing.answeredUnseen) return false;
    if (!mayHoldRequests(this.#context.search, this.#requests.heldAfterLoss)) return false;
    this.#pairing.keepApart();
    return true;
  }

  /** The client speaks after answers that were kept apart: they can be counted if it takes turns, or waited for them. */
  #askAgain(afterSilence: boolean): void {
    if (this.#pairing.pipelines && !afterSilence) return;
    this.#requests.reachBoundary();
    this.#pairing.settle();
  }

  /** Where requests are not seen, an answer was one to HEAD if the next answer begins where its body should. */
  #mayAnswerHead(): boolean {
    return this.#answering?.place === 'lone-response' && this.#pairing.isOneSided(1);
  }

  /** `Expect: 100-continue` was answered finally: a client may leave the body out, and ask the next thing. */
  #bodyMayNotCome(): boolean {
    return this.#asking?.expectsContinue === true && this.#asking.responseBegun;
  }

  #mayAskAnew(direction: Direction): boolean {
    if (this.#openings?.[direction].holds === true) return true;
    return direction === 0 ? this.#bodyMayNotCome() : this.#mayAnswerHead();
  }

  #pushOpening(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    const { requestLine, statusLine } = this.#context;
    this.#openings ??= [
      new HeldOpening(this.#requests, requestLine, beginsRequestLine, 'body-not-sent'),
      new HeldOpening(this.#responses, statusLine, beginsStatusLine, ''),
    ];
    this.#openings[direction].push(bytes, offset, at);
  }
}
