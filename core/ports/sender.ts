/**
 * Port `Sender`: requests to one target, each ending in exactly one call of its handler.
 *
 * An adapter owes: `send` that never waits and never throws; one outcome for every send it was given, also after
 * `close`; a bound on connections and on sends that wait for one; the times written into the send before the handler is
 * called; nothing sent twice unless the request is repeatable and no byte of an answer came.
 */
import type { ExchangeId } from '../exchange/exchange-id.ts';
import type { FailureReason, NotSentReason } from '../replay/replay-result.ts';
import type { ByteCount, Micros } from '../units.ts';

/** A request as it will go over the wire; shared by all copies of one exchange. */
export interface PreparedRequest {
  readonly exchange: ExchangeId;
  readonly verb: string;
  readonly parts: readonly Uint8Array[];
  readonly byteCount: ByteCount;
  /** Idempotent by its verb (RFC 9110, section 9.2.2), so that it may go again when an idle connection closed under it. */
  readonly repeatable: boolean;
  /** Status of the recorded answer; 0 where there is none. */
  readonly recordedStatus: number;
}

/** One due send. Times are of the monotonic clock, µs; 0 until they come. One object a send, written by the sender. */
export interface Send {
  readonly request: PreparedRequest;
  /** Counts the copies of one request, from 0. */
  readonly copy: number;
  dueAt: Micros;
  /** When it was handed to the sender. */
  readyAt: Micros;
  sentAt: Micros;
  firstByteAt: Micros;
  lastByteAt: Micros;
  status: number;
  responseByteCount: ByteCount;
  /** Times its bytes were written. */
  attempts: number;
}

export interface SendHandler {
  answered(send: Send): void;
  failed(send: Send, reason: FailureReason): void;
  notSent(send: Send, reason: NotSentReason): void;
  /** A connection is free and nothing waits: the next send that is due now, if there is one. */
  next(now: Micros): Send | undefined;
}

export interface SenderStatistics {
  readonly open: number;
  readonly peak: number;
  readonly opened: number;
  readonly failedToOpen: number;
  /** Connections the peer closed, between answers or with one. */
  readonly closedByPeer: number;
  /** Connections closed here because they had been idle for long. */
  readonly closedIdle: number;
  /** Requests sent again because their idle connection had been closed by the peer. */
  readonly retried: number;
  readonly inFlight: number;
  readonly waiting: number;
}

export interface Sender {
  /** `host:port`. */
  readonly target: string;
  /** Sends that could go now without waiting for another one's answer. */
  readonly free: number;
  /** Opens so many connections ahead; resolves when each is open or has failed, never rejects. */
  warm(count: number): Promise<void>;
  send(send: Send): void;
  /** Ends what waits for a connection as not sent. */
  cancelWaiting(reason: NotSentReason): void;
  /** Closes all connections; what is still in flight fails with `timeout`. Idempotent. */
  close(): Promise<void>;
  statistics(): SenderStatistics;
}
