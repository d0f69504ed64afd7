/** What became of one due send. Each ends in exactly one outcome. */
import type { ExchangeId } from '../exchange/exchange-id.ts';
import type { ByteCount, Micros } from '../units.ts';

export type FailureReason =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'dns'
  | 'tls'
  | 'unreachable'
  | 'protocol-error'
  | 'connection-closed';

/**
 * `no-target`: all targets were out. `no-user`, `too-many-hops`: of no unit, or sent on too often. `not-supported`: nothing that can be sent by itself, such as CONNECT, upgrades, HTTP/0.9, the rest of a tunnel, encrypted flows.
 */
export type NotSentReason =
  | 'incomplete'
  | 'truncated'
  | 'filtered'
  | 'write-not-allowed'
  | 'marked'
  | 'no-target'
  | 'no-user'
  | 'too-many-hops'
  | 'not-supported'
  | 'stopped'
  | 'dropped';

export type ReplayOutcome = 'answered' | `failed:${FailureReason}` | `not-sent:${NotSentReason}`;

export interface ReplayResult {
  readonly exchange: ExchangeId;
  /** Counts the copies of one request under `--times`, from 0. */
  readonly copy: number;
  /** `host:port`. */
  readonly target: string;
  readonly operation: string;
  readonly outcome: ReplayOutcome;
  /** Times its bytes were written; more than 1 where it was retried. */
  readonly attempts: number;
  /** `200`, `reply`, `exception`, `oneway`, `session`; empty where nothing was answered. */
  readonly answer: string;
  /** Of HTTP; 0 otherwise. */
  readonly status: number;
  /** µs since the epoch; 0 where it did not come to that. */
  readonly dueAt: Micros;
  readonly sentAt: Micros;
  readonly firstByteAt: Micros;
  readonly lastByteAt: Micros;
  readonly responseByteCount: ByteCount;
  /** Bytes of the answer where they were asked for, at most 1 MiB of them; a Thrift answer with the recorded sequence id. */
  readonly response?: Uint8Array;
}
