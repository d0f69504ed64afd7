/** One exchange in the making: from its call's head, or a lone reply's, until both sides have ended. */
import type { ByteCount, ExchangeId, Message, Micros, TraceContext } from '../../core/index.ts';
import type { MethodName } from './method-names.ts';

/** A call; calls that a loss may have swallowed; a reply to nothing. */
export type Place = 'call' | 'lost-calls' | 'lone-reply';

export class PendingCall {
  readonly id: ExchangeId;
  readonly place: Place;
  /** undefined where the payload could not be read. */
  method: MethodName | undefined = undefined;
  sequenceId = 0;
  /** Of the call (of the reply where there is none), as in `TRANSPORT` and `ENCODING`. */
  transport = 0;
  encoding = 0;
  /** As in `MESSAGE_TYPE`; of the call and of the reply, 0 where not known. */
  callType = 0;
  answerType = 0;
  declaredException = false;
  /** How long the head of a message is whose payload must be inflated; -1 where it need not. */
  inflateCallAt = -1;
  inflateReplyAt = -1;
  source = '';
  service = '';
  trace: TraceContext | undefined = undefined;
  notes = 0;
  /** It carries the replay marker: nothing of it comes out. */
  leftOut = false;
  request: Message | undefined = undefined;
  requestEnded = false;
  requestReason = '';
  replyBegun = false;
  response: Message | undefined = undefined;
  responseReason = '';
  /** Why there is no other side; empty while there may be one. */
  loneReason = '';
  /** A later call was answered before it. */
  passedOver = false;
  /** Its place among the calls of the flow. */
  ordinal = 0;
  /** Replies were lost while it waited. */
  replyMaybeLost = false;
  /** It came out as `timeout`: only its late reply is waited for. */
  isOut = false;
  keptBytes: ByteCount = 0;
  /** When the last byte of the call came: the reply's timeout counts from here. */
  waitingSince: Micros = 0;
  /** The next in the list it is in, see `pending-calls.ts`. */
  later: PendingCall | undefined = undefined;

  constructor(id: ExchangeId, place: Place) {
    this.id = id;
    this.place = place;
  }
}
