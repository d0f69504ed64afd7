/**
 * Everything that is told of a run, or of one worker's part of it, as one value that can be cloned to another thread or
 * process. Snapshots of several workers are merged into one report.
 */
import type { ByteCount, FailureReason, Micros, NotSentReason, SenderStatistics } from '../../core/index.ts';
import type { CorrelationReport } from '../correlation/index.ts';
import type { RoutingReport } from '../routing/routing-report.ts';
import type { RuleHits } from '../rules/index.ts';
import type { AnswerSnapshot } from './answer-mix.ts';
import type { HistogramSnapshot } from './latency.ts';
import type { PlanReport, StopCause } from './report.ts';
import type { SpanSnapshot } from './span-rate.ts';
import type { TargetOperationsSnapshot } from './target-operations.ts';
import type { TimelineSnapshot } from './timeline.ts';

/** What adds up across workers. */
export interface RunCounts {
  due: number;
  held: number;
  answered: number;
  errors: number;
  /** Sends that went more than 10 ms after they were due. */
  late: number;
  /** Sends whose tick of the pacer came over 20 ms after they were due. */
  tickedLate: number;
  requestBytes: ByteCount;
  responseBytes: ByteCount;
}

/** What a run's end adds to what was counted. */
export interface RunEnding {
  /** Why it ended before its plan did. */
  readonly stopped?: StopCause | undefined;
  /** Whether the sender keeps the recorded bytes; true where absent. */
  readonly verbatim?: boolean;
  /** What became of the targets; undefined where there is but one, and nobody judged it. */
  readonly routing?: RoutingReport | undefined;
  /** Of each rule, in their order. */
  readonly rules?: readonly RuleHits[];
  readonly correlation?: CorrelationReport | undefined;
}

export interface RunSnapshot {
  readonly target: string;
  readonly runId: string;
  readonly plan: PlanReport | undefined;
  /** Wall clock, µs since the epoch. */
  readonly startedAt: Micros;
  readonly elapsedMicros: Micros;
  readonly counts: Readonly<RunCounts>;
  readonly failed: Readonly<Partial<Record<FailureReason, number>>>;
  readonly notSent: Readonly<Partial<Record<NotSentReason, number>>>;
  /** By due times, by when their sessions let them go, by times sent, by times answered; in the run's own time, so that workers need not start at one instant. */
  readonly asked: SpanSnapshot;
  readonly ready: SpanSnapshot;
  readonly sent: SpanSnapshot;
  readonly answers: SpanSnapshot;
  readonly fromIntended: HistogramSnapshot;
  readonly service: HistogramSnapshot;
  readonly scheduleLag: HistogramSnapshot;
  readonly tickLag: HistogramSnapshot;
  readonly answerMix: AnswerSnapshot;
  readonly operations: readonly TargetOperationsSnapshot[];
  readonly timeline: TimelineSnapshot;
  readonly connections: Omit<SenderStatistics, 'inFlight'>;
  readonly stopped: StopCause | undefined;
  readonly verbatim: boolean;
  readonly routing: RoutingReport | undefined;
  readonly rules: readonly RuleHits[];
  readonly correlation: CorrelationReport | undefined;
  /** CPU time of the whole process since the start, and which process that is: threads share it. */
  readonly cpuMicros: Micros;
  readonly processId: number;
}
