/**
 * Which call a reply answers.
 *
 *   call ──▶ [ waiting … ]      a reply takes the oldest of its sequence id and name
 *
 * Sequence ids that are all alike (0, as many clients send) tell nothing: there the order of the stream decides. A server
 * answers such calls in order, so those that a reply passes over will not be answered: oneways that are sent as calls.
 * And after a loss order proves nothing: calls that waited end as `gap`, and a place is left for calls that were lost.
 */
import type { FlowId, Micros } from '../../core/index.ts';
import type { MethodName } from './method-names.ts';
import { NOTE } from './notes.ts';
import { PendingCall } from './pending-call.ts';
import { PendingCalls } from './pending-calls.ts';

export interface PairingHost {
  /** No reply to the call can come any more, or none that could be told. */
  unanswered(call: PendingCall, reason: string): void;
}

export class Pairing {
  readonly #host: PairingHost;
  readonly #flow: FlowId;
  readonly #maxWaiting: number;
  readonly #waiting = new PendingCalls();
  #callsBegun = 0;
  /** When something was lost last. */
  #lostAt: Micros = 0;
  #lastId = 0;
  /** Sequence ids tell calls apart: none was 0, and none came twice in a row. */
  #idsTell = true;
  /** A call was answered while a later one waited. */
  #pipelines = false;
  /** Replies owed to calls that ended as `too-many-pending`, where order decides. */
  #owedToEnded = 0;
  /** What a reply without call is put down to; `no-request` while nothing was lost. */
  #loneReason: string;

  /** @param maxWaiting bound of calls that wait; the oldest ends as `too-many-pending` */
  constructor(host: PairingHost, flow: FlowId, maxWaiting: number, midStream: boolean) {
    this.#host = host;
    this.#flow = flow;
    this.#maxWaiting = maxWaiting;
    this.#loneReason = midStream ? 'request-not-seen' : 'no-request';
  }

  /** Calls that have begun: marks a moment in the order of the flow. */
  get callsBegun(): number {
    return this.#callsBegun;
  }

  /** Puts a call behind those that wait. */
  admit(call: PendingCall): void {
    const waiting = this.#waiting;
    const { last } = waiting;
    const { sequenceId } = call;
    call.ordinal = this.#callsBegun++;
    if (last?.place === 'lost-calls' && !this.#pipelines) waiting.remove(last);
    if (sequenceId === 0) this.#idsTellNothing();
    else if (sequenceId === this.#lastId) {
      this.#idsTellNothing();
      if (last !== undefined && !last.isOut) call.notes |= NOTE.sequenceIdReused;
    }
    this.#lastId = sequenceId;
    this.#append(call);
  }

  /** A call turns out to expect no reply. */
  withdraw(call: PendingCall): void {
    this.#waiting.remove(call);
  }

  /**
   * The call that a reply answers; it waits no more. One that `isOut` came out before: the reply is late.
   *
   * @param method undefined where the name could not be read, which fits any
   */
  takeAnswered(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
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

  /** Why a reply has no call. @param late the call that it answers, if that came out before */
  whyLone(late: PendingCall | undefined): string {
    if (late !== undefined) return 'request-timed-out';
    if (this.#owedToEnded === 0) return this.#loneReason;
    this.#owedToEnded--;
    return 'request-timed-out';
  }

  callsLost(at: Micros): void {
    this.#lostAt = at;
    this.#loneReason = 'request-not-seen';
    if (this.#waiting.last?.place !== 'lost-calls') this.#append(this.#lostPlace());
  }

  /** @param mark {@link callsBegun} when the lost bytes came: later calls are not concerned */
  repliesLost(mark: number, at: Micros): void {
    this.#lostAt = at;
    if (this.#loneReason === 'no-request') this.#loneReason = 'gap';
    for (let call = this.#waiting.first; call !== undefined && call.ordinal < mark; call = call.later) {
      call.replyMaybeLost = true;
    }
    if (!this.#idsTell) this.#endMaybeAnswered();
  }

  /** Ends what waits since before; its place stays, so that a late reply is given to no other call. */
  expire(before: Micros): void {
    for (let call = this.#waiting.first; call !== undefined; ) {
      const { later } = call;
      if (call.place === 'lost-calls') {
        if (call.waitingSince < before) this.#waiting.remove(call);
      } else if (!call.isOut) {
        if (!call.requestEnded || call.waitingSince >= before) return;
        this.#host.unanswered(call, reasonOf(call, 'timeout'));
        call.isOut = true;
        call.request = undefined;
      }
      call = later;
    }
  }

  /** No reply comes any more. */
  end(reason: string): void {
    this.#owedToEnded = 0;
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      if (call.place === 'call' && !call.isOut) this.#host.unanswered(call, reasonOf(call, reason));
    }
  }

  /** From here on order decides, which proves nothing for calls that waited through a loss. */
  #idsTellNothing(): void {
    if (!this.#idsTell) return;
    this.#idsTell = false;
    this.#endMaybeAnswered();
  }

  /** Where a client pipelines, replies that were not lost may still come: a place is left that takes them. */
  #endMaybeAnswered(): void {
    const waiting = this.#waiting;
    let ended = 0;
    for (let call = waiting.first; call !== undefined; ) {
      const { later } = call;
      if (call.place === 'call' && call.replyMaybeLost) {
        waiting.remove(call);
        ended++;
        if (!call.isOut) this.#host.unanswered(call, 'gap');
      }
      call = later;
    }
    if (ended > 0 && this.#pipelines && waiting.first?.place !== 'lost-calls') waiting.prepend(this.#lostPlace());
  }

  #lostPlace(): PendingCall {
    const place = new PendingCall({ at: this.#lostAt, flow: this.#flow, offset: 0, index: 0 }, 'lost-calls');
    place.ordinal = this.#callsBegun;
    place.waitingSince = this.#lostAt;
    return place;
  }

  #append(call: PendingCall): void {
    const waiting = this.#waiting;
    waiting.append(call);
    if (waiting.length <= this.#maxWaiting) return;
    const oldest = waiting.shift() as PendingCall;
    if (oldest.place !== 'call') return;
    if (!this.#idsTell) this.#owedToEnded++;
    if (!oldest.isOut) this.#host.unanswered(oldest, reasonOf(oldest, 'too-many-pending'));
  }

  /** Where nothing was lost: the only call that waits, when its id or its name is the reply's. */
  #nextBest(sequenceId: number, method: MethodName | undefined): PendingCall | undefined {
    const { first, length } = this.#waiting;
    if (first === undefined || length > 1 || first.place !== 'call' || this.#loneReason !== 'no-request') {
      return undefined;
    }
    const sameName = first.method === method || (method !== undefined && first.method?.bare === method.text);
    if (sameName) first.notes |= NOTE.sequenceIdDiffers;
    else if (first.sequenceId === sequenceId && this.#idsTell) first.notes |= NOTE.methodDiffers;
    else return undefined;
    return first;
  }

  /** Calls before the answered one: those of its id will not be answered, the others may still be. */
  #passOver(answered: PendingCall): void {
    const waiting = this.#waiting;
    for (let call = waiting.first; call !== undefined && call !== answered; ) {
      const { later } = call;
      if (call.place === 'lost-calls') {
        if (this.#idsTell) waiting.remove(call);
      } else if (call.sequenceId === answered.sequenceId) {
        waiting.remove(call);
        if (!call.isOut) this.#host.unanswered(call, call.replyMaybeLost ? 'gap' : 'not-answered');
      } else call.passedOver = true;
      call = later;
    }
  }
}

function reasonOf(call: PendingCall, reason: string): string {
  if (call.replyMaybeLost) return 'gap';
  return call.passedOver && reason !== 'gap' ? 'not-answered' : reason;
}
