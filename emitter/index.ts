/** Exchanges in, an exact rate of sends to a target out, every due send accounted. */
export { Mirror, type MirrorDeps } from './live/mirror.ts';
export {
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_WAIT_MS,
  DEFAULT_TIMEOUT_MS,
  type MirrorOptions,
  type ReplayOptions,
  type TimingOptions,
} from './options.ts';
export type { OpenRecording } from './plan/page-reader.ts';
export { Replayer, type ReplayerDeps, STOP_GRACE_MS } from './replayer.ts';
export type { Percentiles } from './results/latency.ts';
export type { RateHistory } from './results/rate-series.ts';
export type { RateReport, ReplayProgress, ReplayReport } from './results/report.ts';
export type { StatusReport } from './results/status-mix.ts';
