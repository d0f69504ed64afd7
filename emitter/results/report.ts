/** What a run says of itself, as plain values that survive JSON. */
import type { ByteCount, FailureReason, Micros, Millis, NotSentReason, SenderStatistics } from '../../core/index.ts';
import type { TimingOptions } from '../options.ts';
import type { Percentiles } from './latency.ts';
import type { RateHistory } from './rate-series.ts';
import type { StatusReport } from './status-mix.ts';

export interface RateReport {
  /** Sends a second by their due times; undefined where nothing was asked (as fast as possible, mirrors) or fewer than two were due. */
  readonly askedPerSecond: number | undefined;
  /** Sends a second by the times they went, between the first and the last; undefined below two. */
  readonly sentPerSecond: number | undefined;
  readonly answeredPerSecond: number | undefined;
  /** Sending took as long as planned (1 % and 0.1 s more are allowed) and nothing was dropped. */
  readonly reached: boolean;
  readonly history: RateHistory;
}

export interface ReplayReport {
  readonly target: string;
  readonly runId: string;
  /** As asked; undefined for a mirror. */
  readonly timing: TimingOptions | undefined;
  /** Wall clock, µs since the epoch. */
  readonly startedAt: Micros;
  readonly durationMs: Millis;
  readonly due: number;
  readonly answered: number;
  readonly failed: Readonly<Partial<Record<FailureReason, number>>>;
  readonly notSent: Readonly<Partial<Record<NotSentReason, number>>>;
  /** due = answered + failed + not sent. */
  readonly balanced: boolean;
  readonly rate: RateReport;
  readonly latency: {
    /** From when the send was due: what a caller who kept to the plan would have waited. Answered sends. */
    readonly fromIntended: Percentiles;
    /** From when it was sent. Answered sends. */
    readonly service: Percentiles;
    /** From due to sent. Everything that was sent. */
    readonly scheduleLag: Percentiles;
  };
  readonly statuses: StatusReport;
  readonly requestBytes: ByteCount;
  readonly responseBytes: ByteCount;
  readonly connections: Omit<SenderStatistics, 'inFlight' | 'waiting'>;
}

export interface ReplayProgress {
  readonly elapsedMs: Millis;
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly notSent: number;
  readonly inFlight: number;
  /** Due sends that wait for a free connection. */
  readonly waiting: number;
  readonly connections: number;
  /** Recorded time of the request planned last, µs since the epoch; 0 before the first and for a mirror. */
  readonly plannedUntil: Micros;
}

/** Before a run has begun. */
export const NO_PROGRESS: ReplayProgress = {
  elapsedMs: 0,
  due: 0,
  answered: 0,
  failed: 0,
  notSent: 0,
  inFlight: 0,
  waiting: 0,
  connections: 0,
  plannedUntil: 0,
};
