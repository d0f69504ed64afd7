import { expect, test } from 'vitest';
import type { TimingOptions } from '../../../../emitter/options.ts';
import { timingOf } from '../../../../emitter/plan/choose-timing.ts';

const T0 = 1_795_255_200_000_000;
const PLAIN = { times: 1, by: 'copies', arrivals: 'even', seed: 1 } as const;

/** Due times of requests recorded at these µs after T0, each with so many copies; `|` begins another pass. */
function due(options: TimingOptions, passes: readonly (readonly number[])[], copies = 1): number[] {
  const timing = timingOf({ ...PLAIN, timing: options });
  return passes.flatMap((times) => {
    timing.beginPass();
    return times.flatMap((time, index) => {
      const next = times[index + 1];
      timing.place(T0 + time, copies, next === undefined ? undefined : T0 + next);
      return Array.from({ length: copies }, () => timing.nextDue());
    });
  });
}

test('recorded gaps are divided by the speed', () => {
  expect(due({ kind: 'recorded', speed: 1 }, [[0, 300, 1_000]])).toEqual([0, 300, 1_000]);
  expect(due({ kind: 'recorded', speed: 4 }, [[0, 300, 1_000]])).toEqual([0, 75, 250]);
  expect(due({ kind: 'recorded', speed: 0.5 }, [[0, 300]])).toEqual([0, 600]);
});

test('copies lie evenly before the next request, at most over a second', () => {
  expect(due({ kind: 'recorded', speed: 1 }, [[0, 1_000]], 2)).toEqual([0, 500, 1_000, 1_500]);
  expect(due({ kind: 'recorded', speed: 1 }, [[0, 60_000_000]], 2).slice(0, 2)).toEqual([0, 500_000]);
});

test('a request recorded before its predecessor is due with it', () => {
  expect(due({ kind: 'recorded', speed: 1 }, [[0, 500, 200, 600]])).toEqual([0, 500, 500, 600]);
});

test('another pass begins one gap behind the last request', () => {
  expect(
    due({ kind: 'recorded', speed: 1 }, [
      [0, 100],
      [0, 100],
    ]),
  ).toEqual([0, 100, 200, 300]);
});

test('a rate places the k-th send at k ÷ rate, whatever was recorded, copies included', () => {
  expect(due({ kind: 'rate', perSecond: 100 }, [[0, 7, 9]])).toEqual([0, 10_000, 20_000]);
  expect(due({ kind: 'rate', perSecond: 100 }, [[0, 7]], 2)).toEqual([0, 10_000, 20_000, 30_000]);
});

test('a rate does not drift: the millionth send at 3 a second is due to the µs', () => {
  const timing = timingOf({ ...PLAIN, timing: { kind: 'rate', perSecond: 3 } });
  for (let index = 0; index < 999_999; index++) timing.nextDue();
  expect(timing.nextDue()).toBe((999_999 * 1_000_000) / 3);
});

test('as fast as possible everything is due at once', () =>
  expect(due({ kind: 'max' }, [[0, 9, 10]])).toEqual([0, 0, 0]));

test('a profile places the k-th send where the integral of its rate reaches k, and none behind its end', () => {
  const hold = { kind: 'hold', perSecond: 2, durationMs: 1_000 } as const;
  const pause = { kind: 'hold', perSecond: 0, durationMs: 500 } as const;
  const ramp = { kind: 'ramp', from: 0, to: 4, durationMs: 1_000 } as const;
  const times = due({ kind: 'profile', phases: [pause, hold, pause, ramp] }, [[1, 2, 3, 4, 5, 6]]);
  expect(times.slice(0, 3)).toEqual([500_000, 1_000_000, 2_000_000]);
  expect(times[3]).toBeCloseTo(2_000_000 + 1_000_000 * Math.SQRT1_2, 3);
  expect(times.slice(4)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test('a recording of one moment is passed over once a second', () => {
  expect(due({ kind: 'recorded', speed: 2 }, [[0], [0], [0]])).toEqual([0, 500_000, 1_000_000]);
});

test('random arrivals are of the rate asked for, and the seed decides them', () => {
  const poisson = (seed: number): number[] => {
    const timing = timingOf({ ...PLAIN, timing: { kind: 'rate', perSecond: 100 }, arrivals: 'poisson', seed });
    return Array.from({ length: 100_000 }, () => timing.nextDue());
  };
  const times = poisson(7);
  expect(poisson(7)).toEqual(times);
  expect(poisson(8)).not.toEqual(times);
  const gaps = times.map((time, index) => (time - (times[index - 1] ?? 0)) / 10_000);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(mean).toBeCloseTo(1, 1);
  expect(variance).toBeCloseTo(1, 1);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
});
