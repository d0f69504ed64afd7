/** Health of targets: out fast, back slowly. */
export { HealthCheck } from './health-check.ts';
export { HealthGroup, type HealthGroupDeps } from './health-group.ts';
export { type ProbedTarget, probeHealth } from './health-probe.ts';
export { type Checked, HealthProber, type HealthProberDeps } from './health-prober.ts';
export type { HealthReport, TargetHealthReport, TimelineEntry } from './health-report.ts';
export { HEALTH_STATES, type HealthChange, type HealthState } from './health-state.ts';
export { isFailedSend } from './is-failed-send.ts';
export { type CheckOptions, type EjectOptions, type HealthInput, type HealthOptions, healthSchema } from './options.ts';
export { TargetHealth, type TargetHealthDeps } from './target-health.ts';
