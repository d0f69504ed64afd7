import { expect, test } from 'vitest';
import type { RatePhase } from '../../../../core/index.ts';
import { RateCurve } from '../../../../emitter/plan/rate-curve.ts';

function times(phases: readonly RatePhase[], places: readonly number[]): number[] {
  const curve = new RateCurve(phases);
  return places.map((place) => curve.timeOf(place));
}

const SECOND = 1_000_000;

test('a falling ramp ends at its end, not before', () => {
  expect(times([{ kind: 'ramp', from: 4, to: 0, durationMs: 1_000 }], [0, 1, 1.999_998, 2])).toEqual([
    0,
    expect.closeTo(SECOND * (1 - Math.SQRT1_2), 3),
    expect.closeTo(SECOND * 0.999, -1),
    Number.POSITIVE_INFINITY,
  ]);
});

test('a swing has its mean after each period and half of it in the middle', () => {
  const swing: RatePhase = { kind: 'sine', min: 0, max: 20, periodMs: 2_000, durationMs: 6_000 };
  const found = times([swing], [0, 10, 20, 30, 40, 50]);
  for (const [index, time] of found.entries()) expect(time).toBeCloseTo(index * SECOND, 3);
});

test('weights are pieces of equal length, an empty one only passes', () => {
  const phase: RatePhase = { kind: 'weights', perSecond: 4, weights: [1, 0, 3], durationMs: 3_000 };
  const found = times([phase], [0, 1.5, 3, 6]);
  for (const [index, seconds] of [0, 0.5, 2, 2 + 1 / 3].entries()) {
    expect(found[index]).toBeCloseTo(seconds * SECOND, 3);
  }
});

test('nothing drifts: after ten hours of swings and ramps a send is due to the µs', () => {
  const hour = 3_600_000;
  const phases = Array.from({ length: 5 }, (): RatePhase[] => [
    { kind: 'sine', min: 1_000, max: 3_000, periodMs: 30_000, durationMs: hour },
    { kind: 'ramp', from: 1_000, to: 3_000, durationMs: hour },
  ]).flat();
  const last: RatePhase = { kind: 'hold', perSecond: 1_000, durationMs: hour };
  expect(times([...phases, last], [72_000_000, 72_000_001])).toEqual([
    expect.closeTo(10 * hour * 1_000, 0),
    expect.closeTo(10 * hour * 1_000 + 1_000, 0),
  ]);
});

test('no phases, or only pauses, have no send', () => {
  expect(times([], [0])).toEqual([Number.POSITIVE_INFINITY]);
  expect(times([{ kind: 'hold', perSecond: 0, durationMs: 5 }], [0])).toEqual([Number.POSITIVE_INFINITY]);
  const none: RatePhase = { kind: 'weights', perSecond: 5, weights: [0], durationMs: 5 };
  expect(times([none], [0.5])).toEqual([Number.POSITIVE_INFINITY]);
});
