/** Exchanges in, an exact rate of sends to a target out, every due send accounted. */
export { type CheckedCorrelationOptions, correlationSchema } from './correlation/index.ts';
export {
  type DiscoveryOptions,
  discoverySchema,
  instanceTarget,
  type WatchedFile,
  watchFile,
  watchInstances,
} from './discovery/index.ts';
export { RunGuard } from './guard/run-guard.ts';
export { type HealthOptions, healthSchema } from './health/options.ts';
export { Mirror, type MirrorDeps } from './live/mirror.ts';
export {
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_WAIT_MS,
  DEFAULT_TIMEOUT_MS,
  type MirrorOptions,
  type ReplayOptions,
  type TimingOptions,
} from './options.ts';
export type { OpenRecording, RecordingRange, RecordingSpan } from './plan/recording.ts';
export { SendPreviewer } from './preview/send-previewer.ts';
export { type ReplayChanges, Replayer, type ReplayerDeps, STOP_GRACE_MS } from './replayer.ts';
export { openRequestCheck, type RequestCheck } from './request-check.ts';
export type { RequestKey } from './request-key/index.ts';
export { requestKeySchema } from './request-key/options.ts';
export type { AnswerChange, AnswerReport } from './results/answer-mix.ts';
export { hgrmOf } from './results/hgrm.ts';
export type { LatencyHistogram, Percentiles } from './results/latency.ts';
export { mergeProgress } from './results/merge-progress.ts';
export { mergeSnapshots, type RunHistograms, type RunResult } from './results/merge-snapshots.ts';
export { operationName } from './results/operation-name.ts';
export type {
  GeneratorReport,
  LatencyColumns,
  LatencyReport,
  OperationReport,
  PlanReport,
  RateReport,
  RateShortfall,
  RecentReport,
  ReplayProgress,
  ReplayReport,
  StopCause,
  ThresholdReport,
  Timeline,
} from './results/report.ts';
export { NO_PROGRESS } from './results/report.ts';
export type { RunEnding, RunSnapshot } from './results/run-snapshot.ts';
export { type Rules, rulesSchema } from './rules/options.ts';
export { expressionProblem, LinearExpression } from './rules/pattern/linear-expression.ts';
export { parseTarget } from './target.ts';
export { type CheckedTargetSetOptions, targetSetSchema } from './targets/index.ts';
export { type UnitOptions, unitsSchema } from './units/options.ts';
