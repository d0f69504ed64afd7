/**
 * Which response answers which request of one flow.
 *
 *   requests   r1  r2  r3 ──▶ waiting, oldest first        a final response takes the oldest
 *   responses  a1 ──────────▶ r1
 *
 * A client that waits for each answer needs no more than that, whatever is lost: when it asks again, everything before is
 * over. With pipelined requests order proves nothing behind a loss, because nobody knows how many messages it held. Then
 * both sides are kept apart until they can be counted:
 *
 *   requests   r2  r3  r4  r5          as many answers as requests: none was lost
 *   answers    (lost)  a?  a?          the flow ends: the last answer belongs to the last request, and so on backwards
 *
 * Requests lost in a gap leave an empty place, so that their answers are not given to others.
 */
import type { Direction, FlowId, Micros, StreamOffset } from '../../core/index.ts';
import type { ParserContext } from '../parser-context.ts';
import type { RequestKind } from './body-framing.ts';
import type { ExchangeOutlet } from './exchange-outlet.ts';
import { MARK } from './notes.ts';
import { loneResponse, lostRequests, type PendingExchange } from './pending-exchange.ts';
import { PendingQueue } from './pending-queue.ts';

const NONE: readonly PendingExchange[] = Object.freeze([]);

export class Pairing {
  readonly #shared: ParserContext;
  readonly #outlet: ExchangeOutlet;
  readonly #flow: FlowId;
  /** Requests whose final response has not begun, and empty places; oldest first. */
  readonly #waiting = new PendingQueue();
  /** Answers owed to requests that ended as `timeout` or `too-many-pending`; older than all that wait. */
  #owedToEnded = 0;
  #pipelines = false;
  /** That it does was only seen now, from one request in a packet of its own: the answer before it may be lost instead. */
  #doubtful = false;
  /** The client was taken to pipeline until an answer turned out to be lost: it may still do. */
  #revoked = false;
  /** Answers to some of those that wait may be lost. */
  #answersLost = false;
  /** Answers are kept apart from requests; see the head of this file. */
  #unsettled = false;
  #unplaced: PendingExchange[] | undefined;
  /** What an answer without request is put down to: order is not proof after a loss. */
  #loneReason: string;
  /** When an answer came to something that was not seen asked to its end, since the last request; -1 where none did. */
  #answeredUnseenAt: Micros = -1;
  #answers = false;
  #asked = false;

  constructor(shared: ParserContext, outlet: ExchangeOutlet, flow: FlowId, midStream: boolean) {
    this.#shared = shared;
    this.#outlet = outlet;
    this.#flow = flow;
    this.#loneReason = midStream ? 'request-not-seen' : 'no-request';
  }

  /** The client asks again before it has its answers: turns prove nothing. */
  get pipelines(): boolean {
    return this.#pipelines;
  }

  /** The client may pipeline after all. */
  get revoked(): boolean {
    return this.#revoked;
  }

  /** Only this side was seen so far: the other one can prove nothing. */
  isOneSided(direction: Direction): boolean {
    return direction === 0 ? !this.#answers : !this.#asked;
  }

  /** A message of the direction may begin before the other side has answered, or asked. */
  mayPipeline(direction: Direction): boolean {
    return this.#pipelines || this.isOneSided(direction);
  }

  /** An answer was seen to a request that was not, or not to its end. */
  get answeredUnseen(): boolean {
    return this.#answeredUnseenAt >= 0;
  }

  /** Answers kept apart beyond those that belong to the requests that wait: so many requests were not seen. */
  get answersBeyond(): number {
    return this.#unplacedCount - this.#waiting.leastCount;
  }

  /** Keeps answers apart until the client speaks again: more was asked than could be read, if more than one comes. */
  keepApart(): void {
    this.#unsettled ||= this.#waiting.has('lost-requests');
  }

  /** Answers are kept apart. */
  get apart(): boolean {
    return this.#unplacedCount > 0;
  }

  /** Most answers that may come to what was asked so far. */
  get owed(): number {
    return !this.#asked || this.#waiting.has('lost-requests') ? Number.POSITIVE_INFINITY : this.#waiting.length;
  }

  /** What the answers to come answer. */
  get kind(): RequestKind {
    return this.#waiting.commonKind;
  }

  /** The request that an interim answer belongs to. */
  get current(): PendingExchange | undefined {
    return this.#owedToEnded > 0 || this.#unsettled ? undefined : this.#waiting.first;
  }

  /** Puts a new request behind those that wait. */
  admit(pending: PendingExchange): void {
    this.#asked = true;
    if (pending.id.at < this.#answeredUnseenAt) {
      pending.loneReason = 'gap';
      return;
    }
    if (this.#waiting.length > 0 && this.#waiting.leastCount === 0) this.#waiting.takeAll();
    const last = this.#waiting.last;
    if (last !== undefined && !this.#pipelines) {
      if (this.#answersLost || this.#answeredUnseenAt >= 0) this.#endWaiting('gap');
      else {
        this.#pipelines = true;
        this.#doubtful = this.#waiting.length === 1 && last.waitingSince !== pending.id.at;
      }
    } else this.#doubtful = false;
    this.#answeredUnseenAt = -1;
    this.#queue(pending);
  }

  /** The client asks again, and what came before is over. */
  settle(): void {
    if (!this.#unsettled || this.#unplaced?.at(-1)?.responseEnded === false) return;
    this.#alignFromTheEnd();
    this.#endUnplaced();
    this.#endWaiting('gap');
  }

  /** @returns the exchange that a final response belongs to: a request's, or one of its own */
  answer(streamOffset: StreamOffset, at: Micros): PendingExchange {
    this.#answers = true;
    this.#doubtful = false;
    this.#revoked = false;
    if (this.#owedToEnded > 0) {
      this.#owedToEnded--;
      return this.#alone(streamOffset, at, 'request-timed-out');
    }
    const waiting = this.#waiting;
    if (!this.#unsettled && this.#pipelines && waiting.first?.place === 'lost-requests') this.#unsettled = true;
    if (this.#unsettled && !this.#isCertain()) {
      if (waiting.has('lost-requests') || this.#unplacedCount + 1 !== waiting.length) {
        return this.#unplacedAnswer(streamOffset, at);
      }
      this.#placeAll();
    }
    const oldest = waiting.shift();
    if (waiting.length === 0) this.#answersLost = false;
    if (oldest?.place === 'request') return oldest;
    if (oldest === undefined) this.#answeredUnseenAt = at;
    return this.#alone(streamOffset, at, this.#loneReason);
  }

  /** Nothing was lost before the oldest request, nor before its answer. */
  #isCertain(): boolean {
    return !this.#answersLost && this.#unplacedCount === 0 && this.#waiting.first?.place === 'request';
  }

  /** The request that raw bytes without a head answer; undefined unless it is an HTTP/0.9 one. */
  bareAnswer(): PendingExchange | undefined {
    if (this.current?.http09 !== true) return undefined;
    this.#answers = true;
    return this.#waiting.shift();
  }

  /** A response that belongs to no request has ended. */
  answerEnded(pending: PendingExchange): void {
    if (!pending.unplaced) this.#outlet.lone(pending, pending.loneReason);
  }

  /** Both sides of an exchange have ended. */
  pairEnded(pending: PendingExchange): void {
    if (this.#outlet.paired(pending)) this.#loneReason = 'no-request';
  }

  /** A request broke off that had its answer already. */
  brokeAfterAnswer(pending: PendingExchange): void {
    this.#answeredUnseenAt = pending.id.at;
  }

  /** @param between only whole requests were read up to the loss */
  requestsLost(at: Micros, between: boolean): void {
    const last = this.#waiting.last;
    if (between && last?.place === 'request' && last.requestEnded && !this.#answersLost) this.#pipelines = true;
    this.#loneReason = 'request-not-seen';
    if (last?.place === 'lost-requests' || (!this.#pipelines && this.#answeredUnseenAt >= 0)) return;
    const place = lostRequests(this.#flow, at);
    // Unless all that was lost belongs to the request before it, which broke.
    if (last?.place !== 'request' || last.requestReason === '') place.leastCount = 1;
    this.#queue(place);
  }

  answersLost(at: Micros): void {
    if (this.#loneReason === 'no-request') this.#loneReason = 'gap';
    this.#endUnplaced();
    this.#owedToEnded = 0;
    if (this.#doubtful && this.#waiting.length === 2) {
      this.#doubtful = false;
      this.#revoked = true;
      this.#pipelines = false;
      const [before, last] = this.#waiting.takeAll() as [PendingExchange, PendingExchange];
      if (before.place === 'request') this.#endRequest(before, 'gap');
      this.#waiting.append(last);
    } else if (this.#waiting.length === 0) this.#answeredUnseenAt = at;
    else {
      this.#answersLost = true;
      this.#unsettled = this.#pipelines;
    }
  }

  /**
   * No answer will come any more.
   *
   * @param drained everything asked was answered, if the last answer came
   */
  end(reason: string, drained: boolean): void {
    if (drained) this.#alignFromTheEnd();
    this.#endUnplaced();
    this.#endWaiting(this.#answersLost ? 'gap' : reason);
    this.#owedToEnded = 0;
  }

  /** Ends what waits for an answer for too long. */
  tick(at: Micros): void {
    const patience = this.#shared.answerTimeoutMicros;
    let oldest = this.#waiting.first;
    while (oldest !== undefined && isOver(oldest) && at - oldest.waitingSince > patience) {
      this.#waiting.shift();
      if (oldest.place === 'request') {
        if (this.#answersLost) this.#outlet.lone(oldest, 'gap');
        else {
          this.#owedToEnded++;
          this.#outlet.lone(oldest, 'timeout');
        }
      }
      oldest = this.#waiting.first;
    }
  }

  #queue(pending: PendingExchange): void {
    const waiting = this.#waiting;
    waiting.append(pending);
    if (waiting.length <= this.#shared.options.maxPendingRequests) return;
    const oldest = waiting.shift() as PendingExchange;
    if (!this.#unsettled) this.#owedToEnded++;
    if (oldest.place === 'request') this.#endRequest(oldest, 'too-many-pending');
  }

  #alone(streamOffset: StreamOffset, at: Micros, reason: string): PendingExchange {
    const pending = loneResponse(this.#flow, streamOffset, at);
    pending.loneReason = reason;
    return pending;
  }

  #unplacedAnswer(streamOffset: StreamOffset, at: Micros): PendingExchange {
    const pending = this.#alone(streamOffset, at, this.#loneReason);
    pending.unplaced = true;
    pending.kind = this.#waiting.commonKind;
    this.#unplaced ??= [];
    if (this.#unplaced.length >= this.#shared.options.maxPendingRequests) {
      const oldest = this.#unplaced.shift() as PendingExchange;
      this.#outlet.lone(oldest, oldest.loneReason);
    }
    this.#unplaced.push(pending);
    return pending;
  }

  /** As many answers as requests: each takes the oldest. */
  #placeAll(): void {
    for (const answer of this.#takeUnplaced()) this.#join(this.#waiting.shift() as PendingExchange, answer);
    this.#unsettled = false;
  }

  /** The last answer belongs to the last request, and so on backwards, up to what was lost. */
  #alignFromTheEnd(): void {
    if (!this.#unsettled) return;
    const answers = this.#unplaced;
    const last = answers?.at(-1);
    if (answers === undefined || last === undefined || !endsTheFlow(last, this.#waiting.last)) return;
    if (this.#waiting.count('request') === answers.length) this.#waiting.remove('lost-requests');
    const requests = this.#waiting.takeAll();
    const pairs: [PendingExchange, PendingExchange][] = [];
    while (canPair(requests.at(-1), answers.at(-1))) {
      pairs.unshift([requests.pop() as PendingExchange, answers.pop() as PendingExchange]);
    }
    for (const request of requests) if (request.place === 'request') this.#endRequest(request, 'gap');
    this.#endUnplaced();
    for (const [request, answer] of pairs) {
      request.marks |= MARK.pairedFromTheEnd;
      this.#join(request, answer);
    }
  }

  #join(request: PendingExchange, answer: PendingExchange): void {
    if (request.leftOut && answer.response !== undefined) this.#outlet.leaveOut(answer.response, answer.keptBytes);
    request.takeAnswer(answer);
    if (request.requestEnded) this.pairEnded(request);
  }

  get #unplacedCount(): number {
    return this.#unplaced?.length ?? 0;
  }

  #takeUnplaced(): readonly PendingExchange[] {
    const taken = this.#unplaced ?? NONE;
    this.#unplaced = undefined;
    return taken;
  }

  #endUnplaced(): void {
    for (const answer of this.#takeUnplaced()) {
      answer.unplaced = false;
      if (answer.responseEnded) this.#outlet.lone(answer, answer.loneReason);
    }
    this.#unsettled = false;
  }

  #endWaiting(reason: string): void {
    for (const pending of this.#waiting.takeAll()) if (pending.place === 'request') this.#endRequest(pending, reason);
    this.#answersLost = false;
  }

  /** At once, or when it has ended. */
  #endRequest(pending: PendingExchange, reason: string): void {
    if (pending.requestEnded) this.#outlet.lone(pending, reason);
    else pending.loneReason = reason;
  }
}

function isOver(pending: PendingExchange): boolean {
  return pending.requestEnded || pending.place !== 'request';
}

/** A whole answer, and none with which the server says that it leaves the rest unanswered. */
function endsTheFlow(answer: PendingExchange, asked: PendingExchange | undefined): boolean {
  const whole = answer.responseReason === '' || answer.responseReason === 'gap';
  return answer.responseEnded && whole && (!answer.closes || asked?.closes === true);
}

/** Order and time allow it. */
function canPair(request: PendingExchange | undefined, answer: PendingExchange | undefined): boolean {
  return request?.place === 'request' && answer !== undefined && request.id.at <= answer.id.at;
}
