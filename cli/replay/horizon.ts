/**
 * How much of a recording a plan can come to, where that is known before it is read: nothing behind it needs a look.
 *
 *     recording ──────────────┤horizon
 *               100 sends at --count 100, 10 s at --duration 10s, what 5 s of 200/s take, …
 *
 * There is none where the whole recording decides: its shape, its length for an overlay; or chance does.
 */
import { type Micros, type PlanPhase, planSends, type RatePhase } from '../../core/index.ts';
import type { Pacing } from '../options/pacing.ts';

export interface Horizon {
  /** Requests that are sent at most. */
  readonly sends: number;
  /** Recorded time behind the first of them. */
  readonly spanMicros: Micros;
}

const NO_HORIZON: Horizon = { sends: Number.POSITIVE_INFINITY, spanMicros: Number.POSITIVE_INFINITY };

export function horizonOf(pacing: Pacing): Horizon {
  const { timing, times, arrivals, count = Number.POSITIVE_INFINITY, durationMs } = pacing;
  if (times !== 1 || (timing.kind === 'profile' && timing.phases.some(isShape))) return NO_HORIZON;
  const byCount = { ...NO_HORIZON, sends: count };
  if (arrivals === 'poisson') return byCount;
  switch (timing.kind) {
    case 'recorded':
      return durationMs === undefined ? byCount : { sends: count, spanMicros: durationMs * 1_000 * timing.speed };
    case 'rate':
      if (durationMs === undefined) return byCount;
      return { ...NO_HORIZON, sends: Math.min(count, Math.ceil((timing.perSecond * durationMs) / 1_000)) };
    case 'profile':
      // One more than the integral says: rounding must not leave a send unseen.
      return { ...NO_HORIZON, sends: Math.min(count, planSends(timing.phases.filter(isRate)) + 1) };
    case 'max':
      return byCount;
    default:
      return timing satisfies never;
  }
}

function isShape(phase: PlanPhase): boolean {
  return phase.kind === 'shape';
}

function isRate(phase: PlanPhase): phase is RatePhase {
  return phase.kind !== 'shape';
}
