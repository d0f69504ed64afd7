/** What a plan comes to on a recording: how many sends, for how long, at which rate at most. */
import { type Millis, phaseSends, planDurationMs, planPeak, planSends, type RatePhase } from '../../core/index.ts';
import type { Forecast } from './forecast.ts';
import { countUntil, mostWithin, overlaid, timeOf } from './rhythm.ts';
import type { SettledPlan } from './settled-plan.ts';

/** Between passes over a recording of one moment. */
const MOMENT_GAP_MS: Millis = 1_000;

export interface Prospect {
  /** Undefined where only its user ends it; with `max` and a duration the most there can be. */
  readonly sends: number | undefined;
  /** Undefined where only its user, or how fast the target answers, decides. */
  readonly durationMs: Millis | undefined;
  /** Sends a second; undefined where the target decides. Of recorded rhythms about so many, as they are counted by intervals. */
  readonly peakPerSecond: number | undefined;
}

export function prospectOf(plan: SettledPlan, expected: Forecast): Prospect {
  const { timing, count = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY } = plan;
  const perPass = plan.by === 'copies' ? expected.sendable * plan.times : expected.sendable;
  const passes = plan.loop === 'forever' ? Number.POSITIVE_INFINITY : plan.loop;
  const limits = { perPass, durationMs, sends: perPass === 0 ? 0 : Math.min(Math.floor(perPass * passes), count) };
  switch (timing.kind) {
    case 'recorded':
      return recorded(timing.speed, plan, expected, limits);
    case 'rate': {
      const sends = Math.min(limits.sends, Math.ceil((timing.perSecond * durationMs) / 1_000));
      const lasts = Math.min(durationMs, (sends * 1_000) / timing.perSecond);
      return { sends: finite(sends), durationMs: finite(lasts), peakPerSecond: timing.perSecond };
    }
    case 'profile':
      return profile(timing.phases, limits);
    case 'max':
      return { sends: finite(limits.sends), durationMs: finite(durationMs), peakPerSecond: undefined };
    default:
      return timing satisfies never;
  }
}

interface Limits {
  /** With a fraction where copies have one. */
  readonly perPass: number;
  readonly durationMs: Millis;
  readonly sends: number;
}

/** A pass takes as long as the recording, or its slice, at its speed, and a gap lies between passes; where the run ends within one, the rhythm tells how far it comes. */
function recorded(speed: number, plan: SettledPlan, expected: Forecast, limits: Limits): Prospect {
  const compressed = plan.by === 'speed' ? speed * plan.times : speed;
  const copies = plan.by === 'copies' ? plan.times : 1;
  const spanMs = (expected.lastAt - expected.firstAt) / 1_000;
  const sliceMs = plan.by === 'overlay' ? spanMs / plan.times : spanMs;
  const rhythm = plan.by === 'overlay' && spanMs > 0 ? overlaid(expected.rhythm, sliceMs) : expected.rhythm;
  const passMs = sliceMs / compressed;
  const peakPerSecond = Math.max(1, Math.round(mostWithin(rhythm, 1_000 * compressed) * copies));
  if (!expected.complete) {
    // What lies before the horizon is what is sent, in one pass.
    const byCount = expected.sendable >= limits.sends;
    return { sends: expected.sendable, durationMs: byCount ? passMs : limits.durationMs, peakPerSecond };
  }
  const periodMs = passMs + gapBetweenPasses(plan, expected, sliceMs) / compressed;
  const timeAt = (sends: number): Millis => {
    if (sends === 0 || sends === Number.POSITIVE_INFINITY) return sends;
    const passesBefore = Math.ceil(sends / limits.perPass) - 1;
    const rest = sends - passesBefore * limits.perPass;
    const within = rest >= limits.perPass ? passMs : Math.min(passMs, timeOf(rhythm, rest / copies) / compressed);
    return passesBefore * periodMs + within;
  };
  if (limits.durationMs < timeAt(limits.sends)) {
    const passes = Math.floor(limits.durationMs / periodMs);
    const rest = countUntil(rhythm, (limits.durationMs - passes * periodMs) * compressed) * copies;
    const sends = Math.min(limits.sends, passes * limits.perPass + Math.round(rest));
    return { sends, durationMs: limits.durationMs, peakPerSecond };
  }
  return { sends: finite(limits.sends), durationMs: finite(timeAt(limits.sends)), peakPerSecond };
}

/** As the emitter leaves it, before its speed: as far as the last request is from the one before. Slices are assumed to be even. */
function gapBetweenPasses({ by }: SettledPlan, { sendable, lastGapMicros }: Forecast, sliceMs: Millis): Millis {
  if (sliceMs === 0) return MOMENT_GAP_MS;
  const lastGapMs = lastGapMicros / 1_000;
  return by === 'overlay' ? Math.min(lastGapMs, sliceMs / (sendable - 1)) : lastGapMs;
}

function profile(phases: readonly RatePhase[], limits: Limits): Prospect {
  const wholeMs = Math.min(limits.durationMs, planDurationMs(phases));
  const asked = planSends(cutPlan(phases, wholeMs));
  if (asked <= limits.sends) {
    return { sends: asked, durationMs: wholeMs, peakPerSecond: planPeak(cutPlan(phases, wholeMs)) };
  }
  let low = 0;
  let high = wholeMs;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (integral(cutPlan(phases, middle)) < limits.sends) low = middle;
    else high = middle;
  }
  return { sends: limits.sends, durationMs: Math.round(high), peakPerSecond: planPeak(cutPlan(phases, high)) };
}

function integral(phases: readonly RatePhase[]): number {
  return phases.reduce((sum, phase) => sum + phaseSends(phase), 0);
}

/** The phases of the first so many milliseconds. */
function cutPlan(phases: readonly RatePhase[], untilMs: Millis): readonly RatePhase[] {
  const cut: RatePhase[] = [];
  let leftMs = untilMs;
  for (const phase of phases) {
    if (leftMs <= 0) break;
    cut.push(...(phase.durationMs <= leftMs ? [phase] : cutPhase(phase, leftMs)));
    leftMs -= phase.durationMs;
  }
  return cut;
}

function cutPhase(phase: RatePhase, durationMs: Millis): readonly RatePhase[] {
  const share = durationMs / phase.durationMs;
  switch (phase.kind) {
    case 'hold':
    case 'sine':
      return [{ ...phase, durationMs }];
    case 'ramp':
      return [{ ...phase, to: phase.from + (phase.to - phase.from) * share, durationMs }];
    case 'weights':
      return cutWeights(phase, durationMs);
    default:
      return phase satisfies never;
  }
}

/** The weights before the cut, and the part of the one that it meets. */
function cutWeights(phase: Extract<RatePhase, { kind: 'weights' }>, durationMs: Millis): readonly RatePhase[] {
  const pieceMs = phase.durationMs / phase.weights.length;
  const whole = Math.floor(durationMs / pieceMs);
  const mean = meanOf(phase.weights);
  const rateOf = (weight: number): number => (mean === 0 ? 0 : (phase.perSecond * weight) / mean);
  const weights = phase.weights.slice(0, whole);
  const cut: RatePhase[] = [];
  if (whole > 0) cut.push({ ...phase, perSecond: rateOf(meanOf(weights)), weights, durationMs: whole * pieceMs });
  const restMs = durationMs - whole * pieceMs;
  const met = phase.weights[whole];
  if (restMs > 0 && met !== undefined) cut.push({ kind: 'hold', perSecond: rateOf(met), durationMs: restMs });
  return cut;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
