/** Forecasts and plans to test with. */
import { type PacingFlags, pacingOf } from '../../../../cli/options/pacing.ts';
import type { Forecast } from '../../../../cli/replay/forecast.ts';
import { type SettledPlan, settlePlan } from '../../../../cli/replay/settled-plan.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

/** So many requests a second for so many seconds, the first and the last at its ends. */
export function steady(perSecond: number, seconds: number, changes: Partial<Forecast> = {}): Forecast {
  const span = { firstAt: NOON_MICROS, lastAt: NOON_MICROS + seconds * 1_000_000 };
  return {
    exchanges: perSecond * seconds,
    complete: true,
    sendable: perSecond * seconds,
    protocols: { http1: perSecond * seconds },
    leftBehind: {},
    span,
    ...span,
    lastGapMicros: 1_000_000 / perSecond,
    rhythm: { counts: Array<number>(seconds * 10).fill(perSecond / 10), intervalMs: 100 },
    writes: [],
    sessions: undefined,
    ...changes,
  };
}

export function plan(flags: PacingFlags, expected: Forecast): SettledPlan {
  return settlePlan(pacingOf(flags), expected);
}
