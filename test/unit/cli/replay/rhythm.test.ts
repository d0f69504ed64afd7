import { expect, test } from 'vitest';
import { countUntil, mostWithin, overlaid, RhythmCounter, shapeOf, timeOf } from '../../../../cli/replay/rhythm.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

const SECOND = 1_000_000;

function counted(times: Iterable<number>) {
  const counter = new RhythmCounter();
  for (const at of times) counter.add(NOON_MICROS + at);
  return counter.rhythm();
}

test('requests are counted by tenths of a second from the first on', () => {
  expect(counted([0, 99_999, 100_000, 350_000])).toEqual({ counts: [2, 1, 0, 1], intervalMs: 100 });
  expect(counted([])).toEqual({ counts: [], intervalMs: 100 });
});

test('a request from before the first counts with it', () => {
  expect(counted([0, -500_000])).toEqual({ counts: [2], intervalMs: 100 });
});

test('a recording of days keeps to its memory: intervals become longer, and no request is lost', () => {
  const days = counted(Array.from({ length: 10_000 }, (_, n) => n * 60 * SECOND));
  expect(days.intervalMs).toBe(100 * 2 ** 7);
  expect(days.counts.length).toBeLessThanOrEqual(65_536);
  expect(days.counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
});

test('times decades apart, as broken clocks give them, are counted in a moment', () => {
  const { counts } = counted([0, 50 * 365 * 86_400 * SECOND]);
  expect(counts.filter((count) => count > 0)).toEqual([1, 1]);
});

test('the peak is looked for wherever it begins, not by seconds of the clock', () => {
  const burst = counted([950_000, 1_050_000].flatMap((at) => [0, ...Array<number>(50).fill(at)]));
  expect(mostWithin(burst, 1_000)).toBe(100);
  expect(mostWithin(burst, 1_100)).toBe(102);
  expect(mostWithin(burst, 200)).toBe(100);
  expect(mostWithin({ counts: [10, 0], intervalMs: 1_600 }, 400)).toBe(2.5);
});

test('slices over each other: the requests of each from its own beginning', () => {
  const rhythm = { counts: [1, 2, 3, 4, 5, 6], intervalMs: 100 };
  expect(overlaid(rhythm, 300).counts.slice(0, 3)).toEqual([5, 7, 9]);
  expect(overlaid(rhythm, 200).counts.slice(0, 2)).toEqual([9, 12]);
});

test('how many by when, and when so many', () => {
  const rhythm = { counts: [10, 0, 30], intervalMs: 100 };
  expect([0, 50, 100, 250, 1_000].map((ms) => countUntil(rhythm, ms))).toEqual([0, 5, 10, 25, 40]);
  expect([5, 10, 25, 40, 99].map((count) => timeOf(rhythm, count))).toEqual([50, 100, 250, 300, 300]);
});

test('a shape has pieces of a second, and not more than a plan needs', () => {
  expect(shapeOf({ counts: Array<number>(25).fill(2), intervalMs: 100 })).toEqual({
    counts: [20, 20, 10],
    intervalMs: 1_000,
  });
  const long = shapeOf({ counts: Array<number>(65_536).fill(1), intervalMs: 100 });
  expect(long.counts.length).toBeLessThanOrEqual(3_600);
  expect(long.counts.reduce((sum, count) => sum + count, 0)).toBe(65_536);
});
