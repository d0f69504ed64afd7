/** What a run says of itself, as plain values that survive JSON and can be merged across shards. */
import type {
  ByteCount,
  FailureReason,
  Micros,
  Millis,
  NotSentReason,
  SenderStatistics,
  ThresholdReport,
} from '../../core/index.ts';
import type { CorrelationReport } from '../correlation/index.ts';
import type { LatenessOptions, TimingOptions } from '../options.ts';
import type { RoutingProgress, RoutingReport } from '../routing/routing-report.ts';
import type { RuleHits } from '../rules/index.ts';
import type { AnswerReport } from './answer-mix.ts';
import type { Percentiles } from './latency.ts';

export type { ThresholdReport } from '../../core/index.ts';

/** What was asked; undefined values where nothing was. */
export interface PlanReport {
  readonly timing: TimingOptions;
  readonly times: number;
  readonly by: 'overlay' | 'speed' | 'copies';
  readonly arrivals: 'even' | 'poisson';
  readonly session: string | undefined;
  readonly lateness: LatenessOptions;
  readonly workers: number;
}

/**
 * Why the rate asked was not reached: sends were dropped; sending took over 1 % and 0.1 s longer than planned; over 1 % of
 * the plan's seconds, and more than one, had over 5 % of their sends go more than a second late.
 */
export type RateShortfall = 'dropped' | 'took-longer' | 'short-seconds';

export interface RateReport {
  /** Sends a second by their due times; undefined where nothing was asked (as fast as possible, mirrors) or fewer than two were due. */
  readonly askedPerSecond: number | undefined;
  /** Sends a second by the times they went, between the first and the last; undefined below two. */
  readonly sentPerSecond: number | undefined;
  readonly answeredPerSecond: number | undefined;
  /** Without a {@link RateShortfall}. Sends that failed, as where the target refuses, were attempted in time. */
  readonly reached: boolean;
  readonly shortfall: RateShortfall | undefined;
}

export interface LatencyReport {
  /** From when the send was due: what a caller who kept to the plan would have waited. Answered sends. */
  readonly fromIntended: Percentiles;
  /** From when it was sent. Answered sends. */
  readonly service: Percentiles;
}

/** Sends of one operation to one target. Paths that hold an id are one operation: `GET /items/{id}`. */
export interface OperationReport extends LatencyReport {
  readonly operation: string;
  readonly target: string;
  readonly due: number;
  readonly answered: number;
  readonly failed: number;
  readonly notSent: number;
  /** Answers that are errors and were not recorded as the same: status 400 and more, Thrift exceptions. */
  readonly errors: number;
}

/**
 * The run by intervals: columns of equal length, one entry an interval. Sends count where they were due or went, their lag
 * where they went, outcomes where they ended, what was never sent where it was due.
 */
export interface Timeline {
  readonly intervalMs: Millis;
  readonly due: readonly number[];
  readonly sent: readonly number[];
  readonly answered: readonly number[];
  readonly failed: readonly number[];
  readonly notSent: readonly number[];
  readonly errors: readonly number[];
  /** µs; 0 where nothing was answered (for the lag: sent). */
  readonly fromIntended: LatencyColumns;
  readonly service: LatencyColumns;
  readonly scheduleLag: { readonly p99: readonly Micros[] };
  /** Most that were open at once, as far as the run's progress was asked for. */
  readonly connections: readonly number[];
}

export interface LatencyColumns {
  readonly p50: readonly Micros[];
  readonly p99: readonly Micros[];
  readonly max: readonly Micros[];
}

/** What the emitter itself had to spare. */
export interface GeneratorReport {
  /** CPU time of the process over its wall time; 100 is one core. */
  readonly cpuPercent: number;
  /** How late the pacer's ticks came: its own lateness, without waiting for connections. */
  readonly tickLag: Percentiles;
  /** The generator could not keep its plan: p99 of the tick lag (of 100 ticks and more) beyond 20 ms, or over 1 % of the sends, and more than one, were later than that when their tick came. */
  readonly saturated: boolean;
}

/** Why a run ended before its plan did. */
export interface StopCause {
  readonly rule: 'failure-share' | 'consecutive-failures' | 'latency' | 'loop-lag' | 'health' | 'interrupted';
  /** In words: what was measured against what was allowed. */
  readonly text: string;
}

export interface ReplayReport {
  readonly target: string;
  readonly runId: string;
  /** Undefined for a mirror. */
  readonly plan: PlanReport | undefined;
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
  readonly latency: LatencyReport & {
    /** From due to sent, less what its session held a send back. Everything that was sent. */
    readonly scheduleLag: Percentiles;
  };
  /** Sends that went more than 10 ms after they were due. */
  readonly late: number;
  readonly answers: AnswerReport;
  readonly operations: readonly OperationReport[];
  readonly timeline: Timeline;
  readonly generator: GeneratorReport;
  readonly thresholds: readonly ThresholdReport[];
  readonly stopped: StopCause | undefined;
  /** Whether requests went as recorded but for the declared changes. */
  readonly verbatim: boolean;
  /** What each of several targets got, and how it was; undefined where there is but one, and nobody judged it. */
  readonly routing: RoutingReport | undefined;
  /** Of each rule, in their order. */
  readonly rules: readonly RuleHits[];
  /** What was learnt from answers; undefined where nothing was to be. */
  readonly correlation: CorrelationReport | undefined;
  readonly requestBytes: ByteCount;
  readonly responseBytes: ByteCount;
  readonly connections: Omit<SenderStatistics, 'inFlight'>;
}

/** Of the last ten seconds; 0 where nothing was. Of several shards: the worst one's. */
export interface RecentReport {
  readonly fromIntended: { readonly p50: Micros; readonly p99: Micros };
  readonly scheduleLag: { readonly p99: Micros };
  readonly tickLag: { readonly p99: Micros };
}

/** Where a run stands; of the whole run, or of one shard of it. */
export interface ReplayProgress {
  readonly elapsedMs: Millis;
  readonly due: number;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  readonly notSent: number;
  /** Those of the not sent that the plan left out, because they cannot or may not be sent: they take no place in a rate. */
  readonly refused: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Due sends that wait for a free connection or for their session. */
  readonly waiting: number;
  readonly connections: number;
  /** Failed sends since the last answer. */
  readonly consecutiveFailures: number;
  readonly recent: RecentReport;
  /** Recorded time of the request planned last, µs since the epoch; 0 before the first and for a mirror. */
  readonly plannedUntil: Micros;
  /** Absent where there is but one target, and nobody judged it. */
  readonly routing?: RoutingProgress;
}

/** Before a run has begun. */
export const NO_PROGRESS: ReplayProgress = {
  elapsedMs: 0,
  due: 0,
  sent: 0,
  answered: 0,
  failed: 0,
  notSent: 0,
  refused: 0,
  errors: 0,
  inFlight: 0,
  waiting: 0,
  connections: 0,
  consecutiveFailures: 0,
  recent: { fromIntended: { p50: 0, p99: 0 }, scheduleLag: { p99: 0 }, tickLag: { p99: 0 } },
  plannedUntil: 0,
};
