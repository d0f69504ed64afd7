/**
 * One Thrift flow: two readers, and the list that pairs what they read.
 *
 *   call head ──▶ [ waiting … ]      a reply takes the oldest of its sequence id and name
 *                     │
 *   reply head ───────┘──▶ exchange, when both have ended
 *
 * Sequence ids that are all alike (0, as many clients send) tell nothing: there the order of the stream decides. A server
 * answers such calls in order, so those that a reply passes over will not be answered: oneways that are sent as calls.
 * And after a loss order proves nothing: calls that waited end as `gap`, and a place is left for calls that were lost.
 */
import {
  type ByteCount,
  type CloseReason,
  type Direction,
  type Flow,
  LONE_RESPONSE_INDEX,
  type Message,
  type Micros,
  messageBytes,
  type StreamOffset,
} from '../../core/index.ts';
import { CalledService } from '../http1/called-service.ts';
import { REPLAY_MARKER_HEADER } from '../http1/replay-marker.ts';
import { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import type { ProtocolFlow } from '../protocol-flow.ts';
import { buildExchange, buildRequestReady } from './exchange-building.ts';
import { inflatedBeginning } from './inflated-payload.ts';
import { DEFAULT_MAX_FRAME_BYTES, ENCODING, TRANSPORT } from './layers.ts';
import type { MessageHead } from './message-head.ts';
import type { MessageOwner } from './message-owner.ts';
import { MessageReader } from './message-reader.ts';
import type { MethodName } from './method-names.ts';
import { NOTE } from './notes.ts';
import { PendingCall } from './pending-call.ts';
import { PendingCalls } from './pending-calls.ts';
import type { ThriftContext } from './thrift-context.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

const REPLAYED = 'replayed';
const CALL = MESSAGE_TYPE.call;
const REPLY = MESSAGE_TYPE.reply;
const EXCEPTION = MESSAGE_TYPE.exception;
const ONEWAY = MESSAGE_TYPE.oneway;

export class ThriftFlow implements ProtocolFlow, MessageOwner {
  readonly #flow: Flow;
  readonly #context: ThriftContext;
  readonly #shared: ParserContext;
  readonly #kept: KeptBytes;
  readonly #readers: readonly [MessageReader, MessageReader];
  readonly #source: string;
  readonly #service: string;
  readonly #waiting = new PendingCalls();
  #asking: PendingCall | undefined;
  #answering: PendingCall | undefined;
  #lastCallId = 0;
  /** Sequence ids tell calls apart: none was 0, and none came twice in a row. */
  #idsTell = true;
  /** A call was answered while a later one waited. */
  #pipelines = false;
  /** Replies owed to calls that ended as `too-many-pending`, where order decides. */
  #owedToEnded = 0;
  /** What a reply without call is put down to. */
  #loneReason: string;
  /** Messages may have been missed, at any time. */
  #lossSeen: boolean;
  #lastAt: Micros = 0;
  /** Why no reply can come any more; empty while one can. */
  #serverClosed = '';

  constructor(flow: Flow, context: ThriftContext, midStream: boolean) {
    const { shared, head, walkers } = context;
    const { bytes, slab, options } = shared;
    this.#flow = flow;
    this.#context = context;
    this.#shared = shared;
    this.#kept = new KeptBytes(shared.kept, options.maxFlowPendingBytes);
    this.#source = shared.services.caller(flow.client);
    this.#service = new CalledService(flow.server, shared.services, shared.ledger).ofServer();
    this.#loneReason = midStream ? 'request-not-seen' : 'no-request';
    this.#lossSeen = midStream;
    const deps = { bytes, slab, kept: this.#kept, maxBodyBytes: options.maxBodyBytes, head, walkers };
    this.#readers = [new MessageReader(0, this, deps, midStream), new MessageReader(1, this, deps, midStream)];
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset, at: Micros): void {
    this.#lastAt = at;
    this.#readers[direction].push(bytes, offset, at);
  }

  gap(direction: Direction, byteCount: ByteCount, at: Micros): void {
    this.#lastAt = at;
    this.#readers[direction].gap(byteCount);
  }

  close(direction: Direction, reason: CloseReason): void {
    const broken = reason === 'fin' ? `${direction === 0 ? 'request' : 'response'}-incomplete` : closeReason(reason);
    this.#readers[direction].close(broken);
    if (direction === 0) return;
    this.#serverClosed = closeReason(reason);
    this.#endWaiting(this.#serverClosed);
  }

  /** Ends calls that wait for too long; their places stay, so that a late reply is given to no other. */
  tick(at: Micros): void {
    const since = at - this.#shared.answerTimeoutMicros;
    for (let call = this.#waiting.first; call !== undefined; ) {
      const { later } = call;
      if (call.place === 'lost-calls') {
        if (call.waitingSince < since) this.#waiting.remove(call);
      } else if (!call.isOut) {
        if (!call.requestEnded || call.waitingSince >= since) return;
        this.#endLone(call, this.#unansweredReason(call, 'timeout'));
        call.isOut = true;
        call.request = undefined;
      }
      call = later;
    }
  }

  begin(direction: Direction, bytes: Uint8Array, start: number, offset: StreamOffset, at: Micros): string {
    const { head } = this.#context;
    const { messages, counts } = this.#shared;
    messages.in++;
    messages.held++;
    counts.thrift.add(head.type);
    const pending =
      direction === 0
        ? this.#beginCall(head, bytes, start, offset, at)
        : this.#beginReply(head, bytes, start, offset, at);
    if (head.transformed) pending.notes |= NOTE.transformed;
    else if (head.encoding === ENCODING.unknown) pending.notes |= NOTE.payloadNotRead;
    if (head.messageBytes > DEFAULT_MAX_FRAME_BYTES) pending.notes |= NOTE.longFrame;
    return pending.leftOut ? REPLAYED : '';
  }

  ended(direction: Direction, message: Message | undefined, keptBytes: ByteCount, reason: string): void {
    if (direction === 0) this.#callEnded(message, keptBytes, reason);
    else this.#replyEnded(message, keptBytes, reason);
  }

  lost(direction: Direction): void {
    this.#lossSeen = true;
    if (direction === 1) {
      if (this.#loneReason === 'no-request') this.#loneReason = 'gap';
      if (!this.#idsTell) this.#endWaiting('gap');
      else for (let call = this.#waiting.first; call !== undefined; call = call.later) call.replyMaybeLost = true;
      return;
    }
    this.#loneReason = 'request-not-seen';
    if (this.#waiting.last?.place === 'lost-calls') return;
    const place = new PendingCall({ at: this.#lastAt, flow: this.#flow.id, offset: 0, index: 0 }, 'lost-calls');
    place.waitingSince = this.#lastAt;
    this.#append(place);
  }

  discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void {
    this.#shared.discard(this.#flow, direction, offset, byteCount, reason);
  }

  #beginCall(head: MessageHead, bytes: Uint8Array, start: number, offset: StreamOffset, at: Micros): PendingCall {
    const pending = new PendingCall({ at, flow: this.#flow.id, offset, index: 0 }, 'call');
    this.#describe(pending, head);
    pending.method = this.#nameOf(head, bytes, start);
    pending.callType = head.type;
    pending.waitingSince = at;
    pending.inflateCallAt = head.zlib ? head.headBytes : -1;
    if (head.infoEnd > head.infoStart) {
      const values = this.#context.values.read(bytes, start, head);
      if (values !== undefined) {
        pending.trace = this.#context.trace.readValues(values);
        pending.leftOut = values.has(REPLAY_MARKER_HEADER);
      }
    }
    this.#asking = pending;
    if (head.type === REPLY || head.type === EXCEPTION) pending.loneReason = 'reply-from-client';
    else if (head.type !== ONEWAY) this.#admit(pending);
    return pending;
  }

  /** Puts a call behind those that wait. */
  #admit(pending: PendingCall): void {
    const waiting = this.#waiting;
    const { last } = waiting;
    const { sequenceId } = pending;
    if (last?.place === 'lost-calls' && !this.#pipelines) waiting.remove(last);
    if (sequenceId === 0) this.#idsTellNothing();
    else if (sequenceId === this.#lastCallId) {
      this.#idsTellNothing();
      if (last !== undefined && !last.isOut) pending.notes |= NOTE.sequenceIdReused;
    }
    this.#lastCallId = sequenceId;
    if (this.#serverClosed !== '') pending.loneReason = this.#serverClosed;
    else this.#append(pending);
  }

  /** From here on order decides, which proves nothing for calls that waited through a loss. */
  #idsTellNothing(): void {
    if (!this.#idsTell) return;
    this.#idsTell = false;
    if (this.#waiting.first?.replyMaybeLost === true) this.#endWaiting('gap');
  }

  #append(pending: PendingCall): void {
    const waiting = this.#waiting;
    waiting.append(pending);
    if (waiting.length <= this.#shared.options.maxPendingRequests) return;
    const oldest = waiting.shift() as PendingCall;
    if (oldest.place !== 'call') return;
    if (!this.#idsTell) this.#owedToEnded++;
    if (!oldest.isOut) this.#endLone(oldest, 'too-many-pending');
  }

  #callEnded(message: Message | undefined, keptBytes: ByteCount, reason: string): void {
    const pending = this.#asking as PendingCall;
    this.#asking = undefined;
    pending.requestEnded = true;
    pending.requestReason = reason;
    pending.request = message;
    pending.keptBytes += keptBytes;
    if (message !== undefined) {
      pending.waitingSince = message.lastByteAt;
      this.#readLate(pending, message);
      if (message.complete && this.#shared.options.announceRequests && pending.loneReason !== 'reply-from-client') {
        this.#shared.sink.request(buildRequestReady(this.#flow, this.#source, pending, message));
      }
    }
    if (pending.callType === ONEWAY) this.#endOneway(pending);
    else if (pending.loneReason !== '') this.#endLone(pending, pending.loneReason);
    else if (pending.replyBegun && this.#answering !== pending) this.#endPaired(pending);
  }

  /** What only the whole call tells: the head in a compressed payload, a trace id in the arguments. */
  #readLate(pending: PendingCall, message: Message): void {
    if (pending.inflateCallAt >= 0) {
      const head = this.#readInflated(message, pending.inflateCallAt);
      if (head !== undefined) {
        pending.callType = head.type;
        pending.encoding = head.encoding;
        pending.method = this.#lateName;
        if (head.type === ONEWAY) this.#waiting.remove(pending);
      }
    }
    if (pending.trace === undefined && this.#context.readsFields) {
      pending.trace = this.#context.traceInArguments(message, pending.inflateCallAt >= 0 ? 0 : pending.encoding);
    }
  }

  #lateName: MethodName | undefined;

  /** The head of a zlib payload, its name in `#lateName`; undefined where it cannot be read. */
  #readInflated(message: Message, payloadAt: ByteCount): MessageHead | undefined {
    if (message.missing.length > 0) return undefined;
    const inflated = inflatedBeginning(messageBytes(message).subarray(payloadAt));
    const { head, names } = this.#context;
    if (inflated === undefined || head.readPayload(inflated) <= 0) return undefined;
    this.#shared.counts.thrift.add(head.type);
    this.#lateName = names.at(inflated, head.nameStart, head.nameEnd);
    return head;
  }

  #beginReply(head: MessageHead, bytes: Uint8Array, start: number, offset: StreamOffset, at: Micros): PendingCall {
    const method = this.#nameOf(head, bytes, start);
    const isReply = head.type !== CALL && head.type !== ONEWAY;
    const found = isReply ? this.#takeAnswered(head.sequenceId, method) : undefined;
    let pending = found;
    if (pending === undefined || pending.isOut) {
      pending = this.#loneReply(head, method, offset, at);
      pending.loneReason = isReply ? this.#whyLone(found) : 'call-from-server';
    }
    pending.replyBegun = isReply;
    pending.answerType = head.type;
    pending.declaredException = head.declaredException;
    pending.inflateReplyAt = head.zlib ? head.headBytes : -1;
    if (head.transport !== pending.transport) {
      const bare = head.transport === TRANSPORT.unframed && !head.transformed;
      pending.notes |= bare ? NOTE.replyWithoutFrame : NOTE.replyTransportDiffers;
    }
    if (!pending.requestEnded) pending.notes |= NOTE.earlyReply;
    if (pending.trace === undefined && head.infoEnd > head.infoStart) {
      const values = this.#context.values.read(bytes, start, head);
      if (values !== undefined) pending.trace = this.#context.trace.readValues(values);
    }
    this.#answering = pending;
    return pending;
  }

  /** The call that a reply answers, taken out of the list; undefined where there is none that could be told. */
  #takeAnswered(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
    const waiting = this.#waiting;
    const inOrder = !this.#idsTell;
    if (inOrder && this.#owedToEnded > 0) return undefined;
    const found = waiting.find(sequenceId, method, inOrder) ?? this.#nextBest(sequenceId, method);
    if (found === undefined) return undefined;
    if (waiting.first !== found) this.#passOver(found);
    else if (found.later?.place === 'call' && !found.later.isOut) this.#pipelines = true;
    waiting.remove(found);
    return found;
  }

  /** Where nothing was lost: the only call that waits, when its id or its name is the reply's. */
  #nextBest(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
    const { first, length } = this.#waiting;
    if (first === undefined || length > 1 || first.place !== 'call' || this.#lossSeen) return undefined;
    if (first.method === method) first.notes |= NOTE.sequenceIdDiffers;
    else if (first.sequenceId === sequenceId && this.#idsTell) first.notes |= NOTE.methodDiffers;
    else return undefined;
    return first;
  }

  /** Calls before the answered one: those of its id will not be answered, the others may still be. */
  #passOver(answered: PendingCall): void {
    const waiting = this.#waiting;
    for (let call = waiting.first; call !== undefined && call !== answered; ) {
      const { later } = call;
      if (call.place === 'call' && call.sequenceId === answered.sequenceId) {
        waiting.remove(call);
        if (!call.isOut) this.#endUnanswered(call, call.replyMaybeLost ? 'gap' : 'not-answered');
      } else if (call.place === 'lost-calls' && this.#idsTell) waiting.remove(call);
      else call.passedOver = true;
      call = later;
    }
  }

  /** @param timedOut the call it answers, which came out before */
  #whyLone(timedOut: PendingCall | undefined): string {
    if (timedOut !== undefined) return 'request-timed-out';
    if (this.#owedToEnded === 0) return this.#loneReason;
    this.#owedToEnded--;
    return 'request-timed-out';
  }

  #loneReply(head: MessageHead, method: MethodName | undefined, offset: StreamOffset, at: Micros): PendingCall {
    const pending = new PendingCall({ at, flow: this.#flow.id, offset, index: LONE_RESPONSE_INDEX }, 'lone-reply');
    this.#describe(pending, head);
    pending.method = method;
    pending.requestEnded = true;
    return pending;
  }

  #replyEnded(message: Message | undefined, keptBytes: ByteCount, reason: string): void {
    const pending = this.#answering as PendingCall;
    this.#answering = undefined;
    pending.response = message;
    pending.responseReason = reason;
    pending.keptBytes += keptBytes;
    if (pending.inflateReplyAt >= 0 && message !== undefined) {
      const head = this.#readInflated(message, pending.inflateReplyAt);
      if (head !== undefined) {
        pending.answerType = head.type;
        pending.declaredException = head.declaredException;
        pending.method ??= this.#lateName;
      }
    }
    if (pending.place === 'lone-reply') this.#endLone(pending, pending.loneReason);
    else if (pending.requestEnded) this.#endPaired(pending);
  }

  /** Ends all that waits. */
  #endWaiting(reason: string): void {
    this.#owedToEnded = 0;
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      if (call.place === 'call' && !call.isOut) this.#endUnanswered(call, this.#unansweredReason(call, reason));
    }
  }

  #unansweredReason(call: PendingCall, reason: string): string {
    if (call.replyMaybeLost) return 'gap';
    return call.passedOver && reason !== 'gap' ? 'not-answered' : reason;
  }

  #endUnanswered(call: PendingCall, reason: string): void {
    if (call.requestEnded) this.#endLone(call, reason);
    else call.loneReason = reason;
  }

  #endPaired(pending: PendingCall): void {
    const { messages, sink, counts } = this.#shared;
    messages.held -= 2;
    if (pending.method !== undefined) pending.method.answered = true;
    this.#context.names.anyAnswered = true;
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
    sink.exchange(buildExchange(this.#shared.options.origin, this.#flow, this.#source, pending, 'paired', reason));
  }

  #endOneway(pending: PendingCall): void {
    const { messages, sink, counts } = this.#shared;
    messages.held--;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED);
      return;
    }
    messages.setAside('oneway', 'no-reply-due');
    counts.oneway++;
    const reason = pending.requestReason;
    if (reason !== '') counts.broken++;
    this.#kept.release(pending.keptBytes);
    sink.exchange(buildExchange(this.#shared.options.origin, this.#flow, this.#source, pending, 'oneway', reason));
  }

  #endLone(pending: PendingCall, reason: string): void {
    const { messages, sink, counts } = this.#shared;
    messages.held--;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED);
      return;
    }
    messages.setAside('lone', reason);
    this.#kept.release(pending.keptBytes);
    const outcome = pending.place === 'call' ? 'request-only' : 'response-only';
    if (outcome === 'request-only') {
      counts.requestOnly++;
      if (this.#maybeOneway(pending, reason)) pending.notes |= NOTE.maybeOneway;
    } else counts.responseOnly++;
    sink.exchange(buildExchange(this.#shared.options.origin, this.#flow, this.#source, pending, outcome, reason));
  }

  #maybeOneway({ method }: PendingCall, reason: string): boolean {
    const silent = reason === 'not-answered' || reason === 'timeout' || reason === 'closed-before-response';
    return silent && method !== undefined && !method.answered && this.#context.names.anyAnswered;
  }

  #describe(pending: PendingCall, head: MessageHead): void {
    pending.sequenceId = head.sequenceId;
    pending.transport = head.transport;
    pending.encoding = head.encoding;
    pending.service = this.#service;
  }

  #nameOf(head: MessageHead, bytes: Uint8Array, start: number): MethodName | undefined {
    const { nameStart, nameEnd } = head;
    return nameEnd > nameStart ? this.#context.names.at(bytes, start + nameStart, start + nameEnd) : undefined;
  }
}

/** Why a call has no reply when the server's direction ended so. */
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
