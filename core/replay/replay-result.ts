/** What became of one due send. Each ends in exactly one outcome. */
import type { ExchangeId } from '../exchange/exchange-id.ts';
import type { ByteCount, Micros } from '../units.ts';

export type FailureReason =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'dns'
  | 'unreachable'
  | 'protocol-error'
  | 'connection-closed';

export type NotSentReason =
  | 'incomplete'
  | 'truncated'
  | 'filtered'
  | 'write-not-allowed'
  | 'not-http'
  | 'stopped'
  | 'dropped';

export type ReplayOutcome = 'answered' | `failed:${FailureReason}` | `not-sent:${NotSentReason}`;

export interface ReplayResult {
  readonly exchange: ExchangeId;
  /** Counts the copies of one request under `--times`, from 0. */
  readonly copy: number;
  /** `host:port`. */
  readonly target: string;
  readonly outcome: ReplayOutcome;
  /** 0 where nothing was answered. */
  readonly status: number;
  /** Times by the emitter's monotonic clock, µs; 0 where it did not come to that. */
  readonly dueAt: Micros;
  readonly sentAt: Micros;
  readonly firstByteAt: Micros;
  readonly lastByteAt: Micros;
  readonly responseByteCount: ByteCount;
}
