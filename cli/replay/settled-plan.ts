/** What was asked of a plan, settled by what the recording holds: how traffic is multiplied, what shape a plan has. */
import { type Millis, type RatePhase, resolveShapes } from '../../core/index.ts';
import type { ReplayOptions } from '../../emitter/index.ts';
import { type AskedTiming, MAX_SLICES, type Multiplication, type Pacing } from '../options/pacing.ts';
import { usageError } from '../options/usage-error.ts';
import type { Forecast } from './forecast.ts';
import { shapeOf } from './rhythm.ts';

/** A slice shorter than this holds too little of what a client does one after the other. */
const MIN_SLICE_MS: Millis = 60_000;

export type SettledTiming =
  | Exclude<AskedTiming, { readonly kind: 'profile' }>
  | { readonly kind: 'profile'; readonly phases: readonly RatePhase[] };

export interface SettledPlan extends Omit<Pacing, 'timing' | 'by'> {
  readonly timing: SettledTiming;
  readonly by: Multiplication;
  /** Why it is done that way, where nobody said how; empty otherwise. */
  readonly why: string;
}

/**
 * @throws BytecopyError `PLAN_INVALID` for the shape of a recording that holds nothing to send, `USAGE` for an overlay of
 *   one that has no length (exit code 2 both)
 */
export function settlePlan(pacing: Pacing, expected: Forecast): SettledPlan {
  const spanMs = (expected.span.lastAt - expected.span.firstAt) / 1_000;
  const { by, why } = multiplicationOf(pacing, spanMs);
  return { ...pacing, timing: settledTiming(pacing.timing, expected), by, why };
}

function multiplicationOf({ times, by, timing }: Pacing, spanMs: Millis): { by: Multiplication; why: string } {
  if (by === 'overlay' && spanMs === 0) {
    throw usageError(
      '--by overlay needs a recording of some length, and all of it is of one moment',
      'say --by copies',
    );
  }
  if (by !== undefined) return { by, why: '' };
  if (times <= 1) return { by: 'copies', why: '' };
  if (timing.kind !== 'recorded') return { by: 'copies', why: 'the recorded rhythm does not count' };
  if (times > MAX_SLICES) return { by: 'copies', why: `an overlay has at most ${MAX_SLICES} slices` };
  if (spanMs / times < MIN_SLICE_MS) {
    return { by: 'copies', why: 'the recording is too short for slices of a minute' };
  }
  return { by: 'overlay', why: 'the recording is long enough for slices of a minute and more' };
}

function settledTiming(timing: AskedTiming, expected: Forecast): SettledTiming {
  if (timing.kind !== 'profile') return timing;
  return { kind: 'profile', phases: resolveShapes(timing.phases, shapeOf(expected.rhythm)) };
}

/** As the emitter takes it. */
export function planOptionsOf(plan: SettledPlan) {
  const { timing, times, by, arrivals, seed, lateness, session, loop, durationMs, count } = plan;
  return {
    timing: timing.kind === 'profile' ? { kind: timing.kind, phases: [...timing.phases] } : timing,
    times,
    by,
    arrivals,
    seed,
    lateness,
    loop,
    ...(session === undefined ? {} : { session }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(count === undefined ? {} : { count }),
  } satisfies Partial<ReplayOptions>;
}
