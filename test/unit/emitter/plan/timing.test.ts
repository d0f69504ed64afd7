import { expect, test } from 'vitest';
import type { TimingOptions } from '../../../../emitter/options.ts';
import { timingOf } from '../../../../emitter/plan/timing.ts';

const T0 = 1_795_255_200_000_000;

/** Due times of requests recorded at these µs after T0, each with so many copies; `|` begins another pass. */
function due(options: TimingOptions, passes: readonly (readonly number[])[], copies = 1): number[] {
  const timing = timingOf(options);
  return passes.flatMap((times) => {
    timing.beginPass();
    return times.flatMap((time, index) => {
      const next = times[index + 1];
      timing.place(T0 + time, copies, next === undefined ? undefined : T0 + next);
      return Array.from({ length: copies }, (_, copy) => timing.dueAt(copy));
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
  const timing = timingOf({ kind: 'rate', perSecond: 3 });
  for (let index = 0; index < 999_999; index++) timing.place(0, 1, undefined);
  timing.place(0, 1, undefined);
  expect(timing.dueAt(0)).toBe((999_999 * 1_000_000) / 3);
});

test('as fast as possible everything is due at once', () =>
  expect(due({ kind: 'max' }, [[0, 9, 10]])).toEqual([0, 0, 0]));
