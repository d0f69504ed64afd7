import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgeThreshold, type MeasuredTimes, parseThreshold, type ThresholdValues } from '../../../../core/index.ts';

/** 1,000 values, 1 ms to 1 s: the percentile p is p × 10 ms. */
const EVEN: MeasuredTimes = {
  count: 1_000,
  min: 1_000,
  max: 1_000_000,
  mean: 500_500,
  percentile: (percent) => percent * 10_000,
};
const NOTHING: MeasuredTimes = { count: 0, min: 0, max: 0, mean: 0, percentile: () => 0 };
const COUNTS = { due: 1_000, sent: 990, answered: 980, failed: 10, errors: 5, dropped: 10, late: 3 };
const TIMES = { latency: EVEN, service: EVEN, lag: NOTHING };
const MEASURED: ThresholdValues = { times: TIMES, counts: COUNTS, planned: 1_000 };

function judged(text: string, values = MEASURED) {
  const { value, passed } = judgeThreshold(parseThreshold(text), values);
  return { value, passed };
}

test.each([
  ['p(95)<500', 950, false],
  ['p(95)<951', 950, true],
  ['p(99.9) <= 999', 999, true],
  ['latency:med<0.51s', 0.5, true],
  ['avg<500.5', 500.5, false],
  ['min>=1000us', 1_000, true],
  ['service:max<3s', 1, true],
  ['max==1s', 1, true],
  ['max!=1s', 1, false],
])('%s over times of 1 to 1,000 ms', (text, value, passed) => {
  expect(judged(text)).toEqual({ value, passed });
});

test.each([
  ['rate<1%', 2.5, false],
  ['rate<0.03', 0.025, true],
  ['failed:rate<=2.5%', 2.5, true],
  ['failed:count<25', 25, false],
  ['answered:count>=980', 980, true],
  ['answered:rate>98%', 98, false],
  ['sent:count>=991', 990, false],
  ['dropped:count==0', 10, false],
  ['errors:rate<1%', 0.5, true],
  ['late:count<10', 3, true],
])('%s counts failed and dropped sends and errors as failed', (text, value, passed) => {
  expect(judged(text)).toEqual({ value, passed });
});

test('where there is nothing to measure no threshold passes', () => {
  const nothing = { ...MEASURED, counts: { ...COUNTS, due: 0 }, planned: 0 };
  expect(judged('lag:p(99)<2')).toEqual({ value: undefined, passed: false });
  expect(judged('rate<1%', nothing)).toEqual({ value: undefined, passed: false });
  expect(judged('dropped:count==0', nothing)).toEqual({ value: undefined, passed: false });
});

test('a rate is of what was to be sent: writes that are left out hide no failures', () => {
  const values = { ...MEASURED, counts: { ...COUNTS, due: 1_000 }, planned: 50 };
  expect(judged('rate<5%', values)).toEqual({ value: 50, passed: false });
  expect(judged('due:count==1000', values)).toEqual({ value: 1_000, passed: true });
  expect(judged('rate<5%', { ...values, planned: 0 })).toEqual({ value: undefined, passed: false });
});

test('a report repeats the threshold as it was given', () => {
  expect(judgeThreshold(parseThreshold('p(50)<1s'), MEASURED).text).toBe('p(50)<1s');
});

test.each([
  ['p(95)', 'it has no comparison'],
  ['', 'it has no comparison'],
  ['p(95)<', "'' after the comparison is no number"],
  ['p(95)<-1', "'-1' after the comparison is no number"],
  ['p(95)<fast', "'fast' after the comparison is no number"],
  ['p(95)=5', 'it has no comparison'],
  ['p(101)<5', 'p(101) is beyond 100'],
  ['p(x)<5', "'p(x)' is no aggregate"],
  ['mean<5', "'mean' is no aggregate"],
  ['<5', "'' is no aggregate"],
  ['p(95)<5m', "'m' is no unit of a time"],
  ['p(95)<5%', "'%' is no unit of a time"],
  ['rate<5ms', "'ms' is no unit of a rate"],
  ['answered:count>5s', "'s' is no unit of a count"],
  ['count>5', 'what is to be counted is not named'],
  ['latency:count>5', "'latency' is nothing that is counted"],
  ['failed:p(95)<5', "'failed' is counted and has no times"],
  ['wait:p(95)<5', "'wait' is no metric"],
])('%s is refused', (text, problem) => {
  expect(() => parseThreshold(text)).toThrow(
    expect.objectContaining({
      code: 'THRESHOLD_INVALID',
      exitCode: 2,
      message: expect.stringMatching(/^threshold '.*': .*; allowed: ./),
    }),
  );
  expect(() => parseThreshold(text)).toThrow(problem);
});

test('every threshold of the README is one', () => {
  const readme = readFileSync(new URL('../../../../core/README.md', import.meta.url), 'utf8');
  const thresholds = /```thresholds\n([^`]*)```/.exec(readme)?.[1]?.trim().split('\n') ?? [];
  expect(thresholds.length).toBeGreaterThan(3);
  for (const threshold of thresholds) expect(parseThreshold(threshold).text).toBe(threshold);
});
