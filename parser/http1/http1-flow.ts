/**
 * One HTTP/1 flow: two readers, and the queue that pairs what they read.
 *
 *   request head ──▶ [ unanswered … ]      a final response takes the oldest
 *                        │
 *   response head ───────┘──▶ exchange, when both have ended
 *
 * Where bytes were lost, order proves nothing any more, so nothing is paired across the loss: after a loss among the
 * responses every request that was waiting ends as `gap`; after a loss among the requests an empty place is queued that
 * takes an answer, until the client asks again (a client that was never seen to pipeline has its answers by then).
 */
import {
  type ByteCount,
  type CloseReason,
  type Direction,
  type Flow,
  LONE_RESPONSE_INDEX,
  type Message,
  type Micros,
  type StreamOffset,
} from '../../core/index.ts';
import { latin1 } from '../latin1.ts';
import { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import type { FlowHost, ProtocolFlow } from '../protocol-flow.ts';
import { FRAMING, requestFraming, requestKindOf, responseFraming } from './body-framing.ts';
import { CalledService } from './called-service.ts';
import { buildExchange, buildRequestReady } from './exchange-building.ts';
import type { Http1Context } from './http1-context.ts';
import type { MessageOwner, MessageStart } from './message-owner.ts';
import { MessageReader } from './message-reader.ts';
import { NOTE } from './notes.ts';
import { MAX_INTERIM_ANSWERS, PendingExchange } from './pending-exchange.ts';
import { PendingQueue } from './pending-queue.ts';
import { beginsRequestLine } from './request-line.ts';
import { beginsStatusLine, NOT_A_START_LINE } from './status-line.ts';

const REPLAYED = 'replayed';

export class Http1Flow implements ProtocolFlow, MessageOwner {
  readonly flow: Flow;
  readonly #context: Http1Context;
  readonly #shared: ParserContext;
  readonly #kept: KeptBytes;
  readonly #readers: readonly [MessageReader, MessageReader];
  readonly #source: string;
  readonly #names: CalledService;
  /** Requests whose final response has not begun, oldest first. */
  readonly #unanswered = new PendingQueue();
  /** Answers still owed to requests that ended as `timeout` or `too-many-pending`; older than all unanswered. */
  #owedToEnded = 0;
  #asking: PendingExchange | undefined;
  #answering: PendingExchange | undefined;
  /** The interim answer being read belongs to it. */
  #interimOf: PendingExchange | undefined;
  #readsInterim = false;
  #pipelines = false;
  /** What a response without request is put down to: order is not proof after a loss. */
  #loneReason: string;
  #lastAt: Micros = 0;
  /** Why no response can come any more; empty while one can. */
  #serverClosed = '';
  /** What follows the answer being read is not HTTP. */
  #tunnel = false;
  /** Name of what follows an upgrade, as answered. */
  #upgradedTo = '';
  readonly #host: FlowHost;

  constructor(flow: Flow, context: Http1Context, midStream: boolean, host: FlowHost) {
    const { shared } = context;
    this.flow = flow;
    this.#context = context;
    this.#shared = shared;
    this.#host = host;
    this.#kept = new KeptBytes(shared.kept, shared.options.maxFlowPendingBytes);
    this.#names = new CalledService(flow.server, shared.services, shared.ledger);
    this.#source = shared.services.caller(flow.client);
    this.#loneReason = midStream ? 'request-not-seen' : 'no-request';
    const { bytes, slab, options } = shared;
    const { maxHeadBytes, maxBodyBytes } = options;
    const deps = { bytes, slab, kept: this.#kept, maxHeadBytes, maxBodyBytes };
    this.#readers = [new MessageReader(0, this, deps, midStream), new MessageReader(1, this, deps, midStream)];
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#lastAt = at;
    const reader = this.#readers[direction];
    if (direction === 0 && reader.awaitsBody && this.#bodyWillNotCome(bytes)) reader.endWithoutBody();
    reader.push(bytes, offset, at);
  }

  gap(direction: Direction, byteCount: ByteCount, at: Micros): void {
    this.#lastAt = at;
    this.#readers[direction].gap(byteCount, at);
  }

  close(direction: Direction, reason: CloseReason): void {
    const broken = reason === 'fin' ? `${direction === 0 ? 'request' : 'response'}-incomplete` : closeReason(reason);
    this.#readers[direction].close(reason === 'fin', broken);
    if (direction === 1) {
      this.#serverClosed = closeReason(reason);
      this.#endUnanswered(this.#serverClosed);
    }
  }

  /** Ends what waits for an answer for too long. */
  tick(at: Micros): void {
    let oldest = this.#unanswered.first;
    while (oldest !== undefined && this.#isOverdue(oldest, at)) {
      this.#unanswered.shift();
      if (oldest.place === 'request') {
        this.#owedToEnded++;
        this.#endLone(oldest, 'timeout');
      }
      oldest = this.#unanswered.first;
    }
  }

  maybeStart(direction: Direction, bytes: Uint8Array, start: number, end: number): boolean {
    return direction === 0 ? beginsRequestLine(bytes, start, end) : beginsStatusLine(bytes, start, end);
  }

  beginBare(direction: Direction): boolean {
    if (direction === 0 || this.#owedToEnded > 0 || this.#unanswered.first?.http09 !== true) return false;
    const pending = this.#unanswered.shift() as PendingExchange;
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
    return fields.read(bytes, fieldsAt, end);
  }

  begin(direction: Direction, bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    return direction === 0 ? this.#beginRequest(bytes, streamOffset, at) : this.#beginResponse(bytes, streamOffset, at);
  }

  ended(
    direction: Direction,
    message: Message | undefined,
    keptBytes: ByteCount,
    reason: string,
    chunkBareLf: boolean,
  ): void {
    if (direction === 0) this.#requestEnded(message, keptBytes, reason, chunkBareLf);
    else if (this.#readsInterim) this.#interimEnded(message, keptBytes);
    else this.#responseEnded(message, keptBytes, reason, chunkBareLf);
  }

  tunnelled(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#host.handBack(direction, bytes, offset, at);
  }

  lost(direction: Direction): void {
    if (direction === 1) {
      if (this.#loneReason === 'no-request') this.#loneReason = 'gap';
      this.#endUnanswered('gap');
      return;
    }
    this.#loneReason = 'request-not-seen';
    if (this.#unanswered.last?.place === 'lost-requests') return;
    const place = new PendingExchange({ at: this.#lastAt, flow: this.flow.id, offset: 0, index: 0 }, 'lost-requests');
    place.waitingSince = this.#lastAt;
    this.#queue(place);
  }

  #beginRequest(bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    const { requestLine, fields, start } = this.#context;
    const { messages } = this.#shared;
    const http09 = requestLine.version === 9;
    const pending = new PendingExchange({ at, flow: this.flow.id, offset: streamOffset, index: 0 }, 'request');
    start.framing = http09 ? 0 : requestFraming(fields);
    pending.verb = requestLine.verb;
    pending.path = requestLine.path;
    pending.operation = requestLine.operation;
    pending.kind = requestKindOf(pending.verb);
    pending.http09 = http09;
    pending.waitingSince = at;
    pending.notes = requestLine.notes;
    if (this.#readers[0].skippedEmptyLines) pending.notes |= NOTE.leadingEmptyLines;
    if (http09) pending.service = this.#names.ofServer();
    else {
      pending.notes |= fields.notes;
      if (fields.hostStart < 0 && requestLine.version === 11) pending.notes |= NOTE.missingHost;
      pending.expectsContinue = fields.expectsContinue;
      if (fields.hasExtra) {
        pending.trace = this.#context.trace.read(bytes, fields);
        pending.leftOut = (fields.extraStart[this.#context.markerPlace] as number) >= 0;
      }
      pending.service = this.#names.ofRequest(bytes, this.#context, pending.notes);
    }
    start.leaveOut = pending.leftOut ? REPLAYED : '';
    messages.in++;
    messages.held++;
    this.#asking = pending;
    this.#admit(pending);
    return start;
  }

  /** Puts a new request behind those that wait. */
  #admit(pending: PendingExchange): void {
    const waiting = this.#unanswered;
    const place = waiting.last?.place;
    if (place === 'lost-requests' && !this.#pipelines) waiting.clear();
    else if (place === 'request') this.#pipelines = true;
    if (this.#serverClosed !== '') {
      pending.loneReason = this.#serverClosed;
      return;
    }
    this.#queue(pending);
  }

  #queue(pending: PendingExchange): void {
    const waiting = this.#unanswered;
    waiting.append(pending);
    if (waiting.length <= this.#shared.options.maxPendingRequests) return;
    const oldest = waiting.shift() as PendingExchange;
    this.#owedToEnded++;
    if (oldest.place === 'request') this.#endLone(oldest, 'too-many-pending');
  }

  #requestEnded(message: Message | undefined, keptBytes: ByteCount, reason: string, chunkBareLf: boolean): void {
    const pending = this.#asking as PendingExchange;
    this.#asking = undefined;
    pending.requestEnded = true;
    pending.requestReason = reason;
    pending.request = message;
    pending.keptBytes += keptBytes;
    if (reason === 'body-not-sent') pending.notes |= NOTE.bodyNotSent;
    if (chunkBareLf) pending.notes |= NOTE.chunkBareLf;
    if (message !== undefined) {
      pending.waitingSince = message.lastByteAt;
      if (message.complete && this.#shared.options.announceRequests) {
        this.#shared.sink.request(buildRequestReady(this.flow, this.#source, pending, message));
      }
    }
    if (pending.loneReason !== '') this.#endLone(pending, pending.loneReason);
    else if (pending.responseBegun && this.#answering !== pending) this.#endPaired(pending);
  }

  #beginResponse(bytes: Uint8Array, streamOffset: StreamOffset, at: Micros): MessageStart {
    const { statusLine, fields, start } = this.#context;
    const { messages } = this.#shared;
    const { status } = statusLine;
    if (status < 200 && status !== 101) {
      this.#readsInterim = true;
      this.#interimOf = this.#owedToEnded > 0 ? undefined : this.#unanswered.first;
      const owner = this.#interimOf;
      start.framing = 0;
      start.leaveOut = owner?.place === 'request' ? (owner.leftOut ? REPLAYED : '') : 'interim-without-request';
      if (owner?.interim.length === MAX_INTERIM_ANSWERS) start.leaveOut = 'interim-limit';
      return start;
    }
    this.#readsInterim = false;
    const pending = this.#takeUnanswered() ?? this.#loneResponse(streamOffset, at);
    start.framing = responseFraming(status, fields, pending.kind);
    start.leaveOut = pending.leftOut ? REPLAYED : '';
    pending.status = status;
    pending.responseBegun = true;
    pending.notes |= statusLine.notes | fields.notes;
    if (!pending.requestEnded && pending.place === 'request') pending.notes |= NOTE.earlyResponse;
    if (this.#readers[1].skippedEmptyLines) pending.notes |= NOTE.leadingEmptyLines;
    if (pending.trace === undefined && fields.hasExtra) pending.trace = this.#context.trace.read(bytes, fields);
    messages.in++;
    messages.held++;
    this.#tunnel = start.framing === FRAMING.tunnel;
    if (status === 101)
      this.#upgradedTo = fields.hasUpgrade ? latin1(bytes, fields.upgradeStart, fields.upgradeEnd) : '';
    this.#answering = pending;
    return start;
  }

  /** The request that the next response answers; undefined where there is none that could be told. */
  #takeUnanswered(): PendingExchange | undefined {
    if (this.#owedToEnded > 0) return undefined;
    const oldest = this.#unanswered.shift();
    return oldest?.place === 'request' ? oldest : undefined;
  }

  #loneResponse(streamOffset: StreamOffset, at: Micros): PendingExchange {
    const id = { at, flow: this.flow.id, offset: streamOffset, index: LONE_RESPONSE_INDEX };
    const pending = new PendingExchange(id, 'lone-response');
    pending.service = this.#names.ofServer();
    pending.requestEnded = true;
    if (this.#owedToEnded > 0) {
      this.#owedToEnded--;
      pending.loneReason = 'request-timed-out';
    } else pending.loneReason = this.#loneReason;
    return pending;
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

  #responseEnded(message: Message | undefined, keptBytes: ByteCount, reason: string, chunkBareLf: boolean): void {
    const pending = this.#answering as PendingExchange;
    this.#answering = undefined;
    pending.response = message;
    pending.responseReason = reason;
    pending.keptBytes += keptBytes;
    if (chunkBareLf) pending.notes |= NOTE.chunkBareLf;
    if (pending.place === 'lone-response') this.#endLone(pending, pending.loneReason);
    else if (pending.requestEnded) this.#endPaired(pending);
    if (!this.#tunnel) return;
    this.#shared.ledger.addFact('flows:tunnel');
    this.#host.handOver(this.#upgradedTo);
    this.#readers[0].becomeTunnel();
    this.#readers[1].becomeTunnel();
    this.#endUnanswered('tunnel');
  }

  #endUnanswered(reason: string): void {
    this.#owedToEnded = 0;
    for (let pending = this.#unanswered.shift(); pending !== undefined; pending = this.#unanswered.shift()) {
      if (pending.place !== 'request') continue;
      if (pending.requestEnded) this.#endLone(pending, reason);
      else pending.loneReason = reason;
    }
  }

  #isOverdue(pending: PendingExchange, at: Micros): boolean {
    const ended = pending.requestEnded || pending.place !== 'request';
    return ended && at - pending.waitingSince > this.#shared.answerTimeoutMicros;
  }

  #endPaired(pending: PendingExchange): void {
    const { messages, sink, counts } = this.#shared;
    messages.held -= 2;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED, 2);
      return;
    }
    messages.out += 2;
    this.#loneReason = 'no-request';
    counts.paired++;
    const reason = pending.requestReason || pending.responseReason;
    if (reason !== '') counts.broken++;
    this.#kept.release(pending.keptBytes);
    sink.exchange(buildExchange(this.#shared.options.origin, this.flow, this.#source, pending, 'paired', reason));
  }

  #endLone(pending: PendingExchange, reason: string): void {
    const { messages, sink, counts } = this.#shared;
    messages.held--;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED);
      return;
    }
    messages.setAside('lone', reason);
    this.#kept.release(pending.keptBytes);
    const outcome = pending.place === 'request' ? 'request-only' : 'response-only';
    if (outcome === 'request-only') counts.requestOnly++;
    else counts.responseOnly++;
    sink.exchange(buildExchange(this.#shared.options.origin, this.flow, this.#source, pending, outcome, reason));
  }

  /** `Expect: 100-continue` was answered finally: a client may leave the body out, and ask the next thing. */
  #bodyWillNotCome(bytes: Uint8Array): boolean {
    const asking = this.#asking;
    if (asking === undefined || !asking.expectsContinue || !asking.responseBegun) return false;
    const { requestLine } = this.#context;
    return requestLine.read(bytes, 0, bytes.length) >= 0 && requestLine.version >= 10;
  }
}

/** Why a request has no response when the server's direction ended so. */
function closeReason(reason: CloseReason): string {
  switch (reason) {
    case 'fin':
      return 'closed-before-response';
    case 'rst':
      return 'reset';
    case 'timeout':
    case 'evicted':
    case 'source-ended':
      return reason;
    default:
      return reason satisfies never;
  }
}
