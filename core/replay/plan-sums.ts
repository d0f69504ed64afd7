/** What a plan comes to: how long, how many, how fast at most. */
import type { Millis } from '../units.ts';
import type { RatePhase } from './rate-phase.ts';

/** A send whose place is so near behind the plan's end is a rounding error, no send. */
export const PLACE_TOLERANCE = 1e-6;

export function planDurationMs(phases: readonly RatePhase[]): Millis {
  return phases.reduce((sum, phase) => sum + phase.durationMs, 0);
}

/** Sends with even arrivals; the mean of the number with random ones. */
export function planSends(phases: readonly RatePhase[]): number {
  const sends = phases.reduce((sum, phase) => sum + phaseSends(phase), 0);
  return Math.max(0, Math.ceil(sends - PLACE_TOLERANCE));
}

/** Highest rate, sends a second. */
export function planPeak(phases: readonly RatePhase[]): number {
  return phases.reduce((peak, phase) => Math.max(peak, phasePeak(phase)), 0);
}

/** The integral of the phase's rate over its duration: a number of sends with a fraction. */
export function phaseSends(phase: RatePhase): number {
  const seconds = phase.durationMs / 1_000;
  switch (phase.kind) {
    case 'hold':
    case 'weights':
      return phase.perSecond * seconds;
    case 'ramp':
      return ((phase.from + phase.to) / 2) * seconds;
    case 'sine': {
      const middle = (phase.min + phase.max) / 2;
      const swing = (phase.max - phase.min) / 2;
      const turnsASecond = (2 * Math.PI * 1_000) / phase.periodMs;
      return middle * seconds - (swing / turnsASecond) * Math.sin(turnsASecond * seconds);
    }
    default:
      return phase satisfies never;
  }
}

function phasePeak(phase: RatePhase): number {
  switch (phase.kind) {
    case 'hold':
      return phase.perSecond;
    case 'ramp':
      return Math.max(phase.from, phase.to);
    case 'sine': {
      if (phase.durationMs * 2 >= phase.periodMs) return phase.max;
      const part = (1 - Math.cos((2 * Math.PI * phase.durationMs) / phase.periodMs)) / 2;
      return phase.min + (phase.max - phase.min) * part;
    }
    case 'weights': {
      let sum = 0;
      let highest = 0;
      for (const weight of phase.weights) {
        sum += weight;
        if (weight > highest) highest = weight;
      }
      return sum === 0 ? 0 : (phase.perSecond * highest * phase.weights.length) / sum;
    }
    default:
      return phase satisfies never;
  }
}
