/**
 * Port `Sender`: requests to one target, each ending in exactly one call of its handler.
 *
 * An adapter owes: an `offer` that never waits and never throws; one outcome for every send it took, also after `close`;
 * a bound on connections; the times written into the send before the handler is called; nothing sent twice unless
 * retries were asked for, the request is repeatable and no byte of an answer came. It keeps no queue: what finds no
 * connection stays with the caller, who is asked for it by `next` as soon as a connection is free. A connection that does
 * not open fails the send that `next` gives then, unless another connection still serves.
 */
import type { Protocol, Turn } from '../exchange/exchange.ts';
import type { ExchangeId } from '../exchange/exchange-id.ts';
import type { FailureReason } from '../replay/replay-result.ts';
import type { ByteCount, Micros } from '../units.ts';

/** Where a Thrift call carries its sequence id; all places say the same. */
export interface SequencePlaces {
  /** As recorded, signed 32 bits. */
  readonly recorded: number;
  readonly places: readonly {
    /** Counts from the message's first byte. */
    readonly offset: ByteCount;
    /** 4 for `i32`; a varint keeps its length, so that no length around it changes. */
    readonly byteCount: ByteCount;
    readonly form: 'i32' | 'varint';
  }[];
}

/** A request as it will go over the wire; shared by all copies of one exchange. */
export interface PreparedRequest {
  readonly exchange: ExchangeId;
  readonly protocol: Protocol;
  /** What a connection speaks, such as `http1` or `thrift framed binary`: it carries only one of these in its life. */
  readonly wire: string;
  readonly operation: string;
  /** Of HTTP; empty otherwise. */
  readonly verb: string;
  /** At most {@link MAX_PART_BYTES} each; one part where the request is small. */
  readonly parts: readonly Uint8Array[];
  readonly byteCount: ByteCount;
  /** Idempotent (RFC 9110, section 9.2.2; a read-only Thrift function), so that it may go again where retries are asked for. */
  readonly repeatable: boolean;
  /** `none` for oneway calls; `turns` for a session, whose parts are its client's bytes and which has a connection of its own. */
  readonly expects: 'answer' | 'none' | 'turns';
  /** Of Thrift, where it can be rewritten. */
  readonly sequence: SequencePlaces | undefined;
  /** Of a session. */
  readonly turns: readonly Turn[];
  /** As {@link Send.answer} would be for the recorded answer; empty where there is none. */
  readonly recordedAnswer: string;
  /** Said first on a connection, before all requests of its wire. */
  readonly preface?: Uint8Array;
  /** The same request with this `Host`; only where each of several targets is to read its own. */
  readonly forHost?: (authority: string) => PreparedRequest;
}

/** One due send. Times are of the monotonic clock, µs; 0 until they come. One object a send, written by the sender. */
export interface Send {
  /** Replaced where it depends on its target, or on answers that came before it in its session. */
  request: PreparedRequest;
  /** Counts the copies of one request, from 0. */
  readonly copy: number;
  /** Key of the session whose order it keeps; empty where order is free. */
  readonly session: string;
  /** Pause between the answer before it in its session and this request, as planned. */
  readonly thinkMicros: Micros;
  /** Sends of equal key stay at one target where that is asked for; empty where it has none. */
  readonly key: string;
  /** Whose request it is, where targets are deployed in units; empty where that cannot be told. */
  readonly user: string;
  /** `host:port` that it goes to; empty until that is decided. */
  target: string;
  dueAt: Micros;
  /** Due, and not held back by its session any more. */
  readyAt: Micros;
  sentAt: Micros;
  firstByteAt: Micros;
  lastByteAt: Micros;
  /** Of HTTP; 0 otherwise. */
  status: number;
  /** `200`, `reply`, `exception`, `oneway`, `session`; empty until answered. */
  answer: string;
  responseByteCount: ByteCount;
  /** Only where responses are kept. */
  response: Uint8Array | undefined;
  /** Times its bytes were written. */
  attempts: number;
}

export interface SendHandler {
  answered(send: Send): void;
  failed(send: Send, reason: FailureReason): void;
  /** A connection is free: the next send that may go now, if there is one. It counts as taken. */
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
  /** Sends that went again because their idle connection had been closed by the peer. */
  readonly retried: number;
  readonly inFlight: number;
}

export interface Sender {
  /** `host:port`. */
  readonly target: string;
  /** Whether requests go as the bytes they were prepared as; HTTP/2 says them in its own way. */
  readonly verbatim: boolean;
  /** Opens so many connections ahead; resolves when each is open or has failed, never rejects. */
  warm(count: number): Promise<void>;
  /** Takes the send and answers true, or answers false: no connection is free for it. */
  offer(send: Send, now: Micros): boolean;
  /** So many sends wait: connections are opened for them as far as the bound allows, and each asks `next` when it is open. */
  demand(count: number): void;
  /** Closes all connections; what is still in flight fails with `timeout`. Idempotent. */
  close(): Promise<void>;
  statistics(): SenderStatistics;
}
