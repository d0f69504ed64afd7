/** One exchange in the making: from its request's head, or a lone response's, until both sides have ended. */
import {
  type ByteCount,
  type ExchangeId,
  type FlowId,
  LONE_RESPONSE_INDEX,
  type Message,
  type Micros,
  type StreamOffset,
  type TraceContext,
} from '../../core/index.ts';
import type { RequestKind } from './body-framing.ts';
import { MARK } from './notes.ts';

/** 1xx answers kept with one exchange; more are given up as `interim-limit`. */
export const MAX_INTERIM_ANSWERS = 64;

const NO_MESSAGES: readonly Message[] = Object.freeze([]);

export class PendingExchange {
  readonly id: ExchangeId;
  /** Requests lost in a gap leave an empty place, so that their answers are not given to others. */
  readonly place: 'request' | 'lost-requests' | 'lone-response';
  kind: RequestKind = 'plain';
  verb = '';
  path = '';
  operation = '';
  service = '';
  trace: TraceContext | undefined = undefined;
  /** Bits of `NOTE`, of both sides. */
  notes = 0;
  /** Bits of `MARK`. */
  marks = 0;
  /** It carries the replay marker: nothing of it comes out. */
  leftOut = false;
  http09 = false;
  expectsContinue = false;
  request: Message | undefined = undefined;
  requestEnded = false;
  requestReason = '';
  status = 0;
  responseBegun = false;
  responseEnded = false;
  response: Message | undefined = undefined;
  responseReason = '';
  /** Why there is no other side; empty while there may be one. */
  loneReason = '';
  /** A response kept apart until it can be told which request it answers. */
  unplaced = false;
  /** The sender of the newest side says that the flow ends with it. */
  closes = false;
  /** Bytes given up before its messages since framing was lost; -1 where it was not lost. */
  givenUpBytes = -1;
  interim: readonly Message[] = NO_MESSAGES;
  keptBytes: ByteCount = 0;
  /** When the last byte of the request came: the answer's timeout counts from here. */
  waitingSince: Micros = 0;
  /** Fewest requests it stands for. */
  leastCount: number;
  /** The next in the queue it is in, see `pending-queue.ts`. */
  later: PendingExchange | undefined = undefined;

  constructor(id: ExchangeId, place: PendingExchange['place']) {
    this.id = id;
    this.place = place;
    this.leastCount = place === 'request' ? 1 : 0;
  }

  /** Becomes the pair of a request with a response that was kept apart. */
  takeAnswer(answer: PendingExchange): void {
    this.status = answer.status;
    this.response = answer.response;
    this.responseReason = answer.responseReason;
    this.responseBegun = true;
    this.responseEnded = true;
    this.notes |= answer.notes;
    this.marks |= answer.marks;
    this.trace ??= answer.trace;
    this.keptBytes += answer.keptBytes;
    if (answer.givenUpBytes >= 0) this.giveUp(answer.givenUpBytes);
  }

  /** Its message is the first one after a loss, and so many bytes before it were given up. */
  giveUp(byteCount: ByteCount): void {
    this.marks |= MARK.resynchronised;
    this.givenUpBytes = Math.max(0, this.givenUpBytes) + byteCount;
  }

  /** @returns false when it has as many as are kept */
  addInterim(answer: Message): boolean {
    if (this.interim.length >= MAX_INTERIM_ANSWERS) return false;
    this.interim = [...this.interim, answer];
    return true;
  }
}

/** A response to a request that was not seen, or cannot be told. */
export function loneResponse(flow: FlowId, offset: StreamOffset, at: Micros): PendingExchange {
  const pending = new PendingExchange({ at, flow, offset, index: LONE_RESPONSE_INDEX }, 'lone-response');
  pending.requestEnded = true;
  return pending;
}

/** The empty place of requests that were lost. */
export function lostRequests(flow: FlowId, at: Micros): PendingExchange {
  const place = new PendingExchange({ at, flow, offset: 0, index: 0 }, 'lost-requests');
  place.waitingSince = at;
  return place;
}
