/** One exchange in the making: from its request's head, or a lone response's, until both sides have ended. */
import type { ByteCount, ExchangeId, Message, Micros, TraceContext } from '../../core/index.ts';
import type { RequestKind } from './body-framing.ts';

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
  notes = 0;
  /** It carries the replay marker: nothing of it comes out. */
  leftOut = false;
  http09 = false;
  expectsContinue = false;
  wantsUpgrade = false;
  request: Message | undefined = undefined;
  requestEnded = false;
  requestReason = '';
  status = 0;
  responseBegun = false;
  response: Message | undefined = undefined;
  responseReason = '';
  /** Why there is no other side; empty while there may be one. */
  loneReason = '';
  interim: readonly Message[] = NO_MESSAGES;
  keptBytes: ByteCount = 0;
  /** When the last byte of the request came: the answer's timeout counts from here. */
  waitingSince: Micros = 0;
  /** The next in the queue it is in, see `pending-queue.ts`. */
  later: PendingExchange | undefined = undefined;

  constructor(id: ExchangeId, place: PendingExchange['place']) {
    this.id = id;
    this.place = place;
  }

  /** @returns false when it has as many as are kept */
  addInterim(answer: Message): boolean {
    if (this.interim.length >= MAX_INTERIM_ANSWERS) return false;
    this.interim = [...this.interim, answer];
    return true;
  }
}
