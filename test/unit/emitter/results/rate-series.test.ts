import { expect, test } from 'vitest';
import { MAX_INTERVALS, RATE_COUNTER, RateSeries } from '../../../../emitter/results/rate-series.ts';

test('each second is counted by itself', () => {
  const series = new RateSeries();
  for (const offset of [-5, 0, 999_999, 1_000_000, 2_500_000]) series.add(RATE_COUNTER.sent, offset);
  series.add(RATE_COUNTER.due, 0);
  expect(series.history()).toEqual({ intervalMs: 1_000, due: [1, 0, 0], sent: [3, 1, 1], answered: [0, 0, 0] });
});

test('a run that outgrows the series keeps every count in wider intervals', () => {
  const series = new RateSeries();
  const seconds = MAX_INTERVALS * 3;
  for (let second = 0; second < seconds; second++) series.add(RATE_COUNTER.answered, second * 1_000_000);
  const { intervalMs, answered } = series.history();
  expect(intervalMs).toBe(4_000);
  expect(answered).toHaveLength(seconds / 4);
  expect(answered.every((count) => count === 4)).toBe(true);
});
