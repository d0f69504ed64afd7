/** Puts a recording's rate over time in the place of the `shape` phases of a plan. */
import type { Millis } from '../units.ts';
import { invalidPlan, type PlanPhase } from './plan-syntax.ts';
import type { RatePhase } from './rate-phase.ts';

/** How many requests a recording holds in each interval, from its first request on. */
export interface RecordedCounts {
  readonly counts: readonly number[];
  readonly intervalMs: Millis;
}

/** @throws BytecopyError `PLAN_INVALID` (exit code 2) where a shape is asked for and the recording holds nothing to send */
export function resolveShapes(phases: readonly PlanPhase[], recorded: RecordedCounts): readonly RatePhase[] {
  return phases.map((phase) => {
    if (phase.kind !== 'shape') return phase;
    const { counts, intervalMs } = recorded;
    if (!counts.some((count) => count > 0)) {
      throw invalidPlan('the plan asks for the shape of the recording, which holds nothing to send');
    }
    const durationMs = phase.durationMs ?? counts.length * intervalMs;
    return { kind: 'weights', perSecond: phase.perSecond, weights: counts, durationMs };
  });
}
