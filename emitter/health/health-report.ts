/** What the report of a run says of the health of its targets: a value that crosses threads. */
import type { Micros, Millis } from '../../core/index.ts';
import type { HealthState } from './health-state.ts';
import type { TargetHealth } from './target-health.ts';

export interface HealthReport {
  readonly targets: readonly TargetHealthReport[];
}

export interface TargetHealthReport {
  readonly id: string;
  /** At the end, or now. */
  readonly state: HealthState;
  /** Of its weight, 0–1. */
  readonly share: number;
  readonly timeInMs: Readonly<Record<HealthState, Millis>>;
  /** In order, at most 256, the first ones. */
  readonly timeline: readonly TimelineEntry[];
  /** All changes, also those that the timeline does not hold. */
  readonly changeCount: number;
  /** Times its sends would have ejected it, and too many others were ejected already. */
  readonly withheld: number;
}

export interface TimelineEntry {
  /** From the run's start. */
  readonly atMs: Millis;
  readonly from: HealthState;
  readonly to: HealthState;
  readonly why: string;
}

export function healthReport(id: string, health: TargetHealth, startedAt: Micros, now: Micros): TargetHealthReport {
  const { up, down, ejected, returning } = health.spent(now);
  return {
    id,
    state: health.state,
    share: health.share(now),
    timeInMs: { up: toMillis(up), down: toMillis(down), ejected: toMillis(ejected), returning: toMillis(returning) },
    timeline: health.changes.map(({ at, from, to, why }) => ({ atMs: toMillis(at - startedAt), from, to, why })),
    changeCount: health.changeCount,
    withheld: health.withheld,
  };
}

function toMillis(micros: Micros): Millis {
  return Math.round(micros / 1_000);
}
