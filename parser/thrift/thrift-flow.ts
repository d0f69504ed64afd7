/**
 * One Thrift flow: two readers, and the pairing of what they read.
 *
 *   call head ──▶ waits ──┐
 *                         ├──▶ exchange, when both have ended
 *   reply head ───────────┘
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
import { noAnswerReason } from '../close-reason.ts';
import { REPLAY_MARKER_HEADER } from '../http1/replay-marker.ts';
import { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import type { ProtocolFlow } from '../protocol-flow.ts';
import { CallParties } from './call-parties.ts';
import { ExchangeOutlet, REPLAYED } from './exchange-outlet.ts';
import { inflatedBeginning } from './inflated-payload.ts';
import { LateOneways, type OnewayHost } from './late-oneways.ts';
import { DEFAULT_MAX_FRAME_BYTES, ENCODING, TRANSPORT } from './layers.ts';
import type { MessageHead } from './message-head.ts';
import type { MessageOwner } from './message-owner.ts';
import { MessageReader } from './message-reader.ts';
import type { MethodName } from './method-names.ts';
import { NOTE } from './notes.ts';
import { Pairing, type PairingHost } from './pairing.ts';
import { PendingCall } from './pending-call.ts';
import type { ThriftContext } from './thrift-context.ts';
import { MESSAGE_TYPE } from './thrift-type.ts';

const REPLY_FROM_CLIENT = 'reply-from-client';
const CALL = MESSAGE_TYPE.call;
const REPLY = MESSAGE_TYPE.reply;
const EXCEPTION = MESSAGE_TYPE.exception;
const ONEWAY = MESSAGE_TYPE.oneway;

export class ThriftFlow implements ProtocolFlow, MessageOwner, PairingHost, OnewayHost {
  readonly #flow: Flow;
  readonly #context: ThriftContext;
  readonly #shared: ParserContext;
  readonly #readers: readonly [MessageReader, MessageReader];
  readonly #parties: CallParties;
  readonly #pairing: Pairing;
  readonly #oneways: LateOneways;
  readonly #outlet: ExchangeOutlet;
  #asking: PendingCall | undefined;
  #answering: PendingCall | undefined;
  #lastAt: Micros = 0;
  /** Why no reply can come any more; empty while one can. */
  #serverClosed = '';

  constructor(flow: Flow, context: ThriftContext, midStream: boolean) {
    const { shared, head, walkers } = context;
    const { bytes, slab, options } = shared;
    const { countOnly, maxBodyBytes } = options;
    this.#flow = flow;
    this.#context = context;
    this.#shared = shared;
    const kept = new KeptBytes(shared.kept, options.maxFlowPendingBytes);
    this.#parties = new CallParties(flow, shared.services, shared.ledger);
    this.#pairing = new Pairing(this, flow.id, options.maxPendingRequests, midStream);
    this.#oneways = new LateOneways(this);
    this.#outlet = new ExchangeOutlet(flow, context, kept);
    const deps = { bytes, slab, countOnly, kept, maxBodyBytes, head, walkers };
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
    const broken = reason === 'fin' ? `${direction === 0 ? 'request' : 'response'}-incomplete` : noAnswerReason(reason);
    this.#readers[direction].close(broken);
    if (direction === 0) return;
    this.#serverClosed = noAnswerReason(reason);
    this.#oneways.end();
    this.#pairing.end(this.#serverClosed);
  }

  tick(at: Micros): void {
    this.#pairing.expire(at - this.#shared.answerTimeoutMicros);
    this.#oneways.expire(at);
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

  mark(): number {
    return this.#pairing.callsBegun;
  }

  lost(direction: Direction, mark: number): void {
    if (direction === 1) this.#pairing.repliesLost(mark, this.#lastAt);
    else this.#pairing.callsLost(this.#lastAt);
  }

  unanswered(call: PendingCall, reason: string): void {
    if (call.requestEnded) this.#outlet.lone(call, reason);
    else call.loneReason = reason;
  }

  silent(oneway: PendingCall): void {
    this.#outlet.oneway(oneway);
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
    const hasValues = head.infoEnd > head.infoStart;
    const { values } = this.#context;
    const found = hasValues ? values.read(bytes, start, head) : undefined;
    if (found !== undefined) {
      pending.trace = this.#context.trace.readValues(found);
      pending.leftOut = found.has(REPLAY_MARKER_HEADER);
    }
    this.#parties.name(pending, hasValues ? values : undefined);
    this.#asking = pending;
    if (head.type === REPLY || head.type === EXCEPTION) pending.loneReason = REPLY_FROM_CLIENT;
    else if (this.#serverClosed !== '') pending.loneReason = this.#serverClosed;
    else if (head.type !== ONEWAY) this.#pairing.admit(pending);
    else pending.ordinal = this.#pairing.callsBegun;
    return pending;
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
      if (pending.loneReason !== REPLY_FROM_CLIENT) this.#outlet.announce(pending, message);
    }
    if (pending.callType === ONEWAY && !pending.replyBegun) {
      if (this.#serverClosed === '') this.#oneways.hold(pending);
      else this.#outlet.oneway(pending);
    } else if (pending.loneReason !== '') this.#outlet.lone(pending, pending.loneReason);
    else if (pending.replyBegun && this.#answering !== pending) this.#outlet.paired(pending);
  }

  /** What only the whole call tells: the head in a compressed payload, a trace id in the arguments. */
  #readLate(pending: PendingCall, message: Message): void {
    if (pending.inflateCallAt >= 0) {
      const method = this.#readInflated(message, pending.inflateCallAt);
      if (method !== undefined) {
        const { head } = this.#context;
        pending.callType = head.type;
        pending.encoding = head.encoding;
        pending.method = method;
        if (head.type === ONEWAY) this.#pairing.withdraw(pending);
      }
    }
    if (pending.trace === undefined && this.#context.readsFields) {
      pending.trace = this.#context.traceInArguments(message, pending.inflateCallAt >= 0 ? 0 : pending.encoding);
    }
  }

  /** Reads the head of a zlib payload. @returns its name, undefined where it cannot be read */
  #readInflated(message: Message, payloadAt: ByteCount): MethodName | undefined {
    if (message.missing.length > 0) return undefined;
    const inflated = inflatedBeginning(messageBytes(message).subarray(payloadAt));
    const { head, names } = this.#context;
    if (inflated === undefined || head.readPayload(inflated) <= 0) return undefined;
    this.#shared.counts.thrift.add(head.type);
    return names.at(inflated, head.nameStart, head.nameEnd);
  }

  #beginReply(head: MessageHead, bytes: Uint8Array, start: number, offset: StreamOffset, at: Micros): PendingCall {
    const method = this.#nameOf(head, bytes, start);
    const isReply = head.type !== CALL && head.type !== ONEWAY;
    const found = isReply ? this.#answered(head.sequenceId, method) : undefined;
    let pending = found;
    if (pending === undefined || pending.isOut) {
      pending = this.#loneReply(head, method, offset, at);
      pending.loneReason = isReply ? this.#pairing.whyLone(found) : 'call-from-server';
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
    if (pending.callType === ONEWAY) pending.notes |= NOTE.onewayAnswered;
    if (pending.trace === undefined && head.infoEnd > head.infoStart) {
      const values = this.#context.values.read(bytes, start, head);
      if (values !== undefined) pending.trace = this.#context.trace.readValues(values);
    }
    this.#answering = pending;
    return pending;
  }

  #answered(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
    const oneway = this.#oneways.takeAnswered(sequenceId, method);
    if (oneway !== undefined) return oneway;
    const call = this.#pairing.takeAnswered(sequenceId, method);
    if (call !== undefined) this.#oneways.passed(call.ordinal);
    return call;
  }

  #loneReply(head: MessageHead, method: MethodName | undefined, offset: StreamOffset, at: Micros): PendingCall {
    const pending = new PendingCall({ at, flow: this.#flow.id, offset, index: LONE_RESPONSE_INDEX }, 'lone-reply');
    this.#describe(pending, head);
    this.#parties.name(pending, undefined);
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
      const method = this.#readInflated(message, pending.inflateReplyAt);
      if (method !== undefined) {
        const { head } = this.#context;
        pending.answerType = head.type;
        pending.declaredException = head.declaredException;
        pending.method ??= method;
      }
    }
    if (pending.place === 'lone-reply') this.#outlet.lone(pending, pending.loneReason);
    else if (pending.callType === ONEWAY) this.#outlet.oneway(pending);
    else if (pending.requestEnded) this.#outlet.paired(pending);
  }

  #describe(pending: PendingCall, head: MessageHead): void {
    pending.sequenceId = head.sequenceId;
    pending.transport = head.transport;
    pending.encoding = head.encoding;
  }

  #nameOf(head: MessageHead, bytes: Uint8Array, start: number): MethodName | undefined {
    const { nameStart, nameEnd } = head;
    return nameEnd > nameStart ? this.#context.names.at(bytes, start + nameStart, start + nameEnd) : undefined;
  }
}
