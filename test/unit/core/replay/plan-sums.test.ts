import { expect, test } from 'vitest';
import { planDurationMs, planPeak, planSends, type RatePhase } from '../../../../core/index.ts';

const hold: RatePhase = { kind: 'hold', perSecond: 10, durationMs: 2_500 };
const pause: RatePhase = { kind: 'hold', perSecond: 0, durationMs: 1_000 };
const ramp: RatePhase = { kind: 'ramp', from: 0, to: 100, durationMs: 3_000 };
const sine: RatePhase = { kind: 'sine', min: 10, max: 30, periodMs: 1_000, durationMs: 4_000 };
const weights: RatePhase = { kind: 'weights', perSecond: 20, weights: [1, 0, 3, 0], durationMs: 4_000 };

test.each([
  [[hold], 25, 10, 2_500],
  [[pause], 0, 0, 1_000],
  [[ramp], 150, 100, 3_000],
  [[sine], 80, 30, 4_000],
  [[weights], 80, 60, 4_000],
  [[hold, pause, ramp, sine, weights], 335, 100, 14_500],
  [[{ kind: 'hold', perSecond: 0.1, durationMs: 5_000 } as RatePhase], 1, 0.1, 5_000],
])('sends, peak and length of %j', (phases, sends, peak, durationMs) => {
  expect(planSends(phases)).toBe(sends);
  expect(planPeak(phases)).toBeCloseTo(peak, 9);
  expect(planDurationMs(phases)).toBe(durationMs);
});

test('a part of a swing peaks where it ends', () => {
  expect(planPeak([{ ...sine, durationMs: 250 }])).toBeCloseTo(20, 9);
  expect(planPeak([{ ...sine, durationMs: 500 }])).toBe(30);
});
