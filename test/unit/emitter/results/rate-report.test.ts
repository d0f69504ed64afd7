import { expect, test } from 'vitest';
import { type RateMeasured, rateReport } from '../../../../emitter/results/rate-report.ts';
import type { PlanReport } from '../../../../emitter/results/report.ts';
import { SpanRate } from '../../../../emitter/results/span-rate.ts';

const PLAN: PlanReport = {
  timing: { kind: 'rate', perSecond: 10 },
  times: 1,
  by: 'copies',
  arrivals: 'even',
  session: undefined,
  lateness: { kind: 'at-once' },
  workers: 1,
};

function span(...offsets: readonly number[]): SpanRate {
  const rate = new SpanRate();
  for (const offset of offsets) rate.add(offset);
  return rate;
}

/** Asked for 11 sends in a second. */
function measured(changes: Partial<RateMeasured> = {}): RateMeasured {
  const asked = span(...Array.from({ length: 11 }, (_, index) => index * 100_000));
  return {
    plan: PLAN,
    asked,
    ready: asked,
    sent: asked,
    answers: asked,
    dropped: 0,
    intervals: { planned: 1, short: 0 },
    ...changes,
  };
}

test('rates are counted between the first and the last', () => {
  expect(rateReport(measured({ sent: span(0, 2_000_000), answers: span(5) }))).toMatchObject({
    askedPerSecond: 10,
    sentPerSecond: 0.5,
    answeredPerSecond: undefined,
  });
});

test.each([
  ['as planned', {}, undefined],
  ['1 % and 0.1 s longer than planned', { sent: span(0, 1_110_000) }, undefined],
  ['longer than that', { sent: span(0, 1_110_001) }, 'took-longer'],
  [
    'longer because its sessions waited for their answers',
    { ready: span(0, 3_000_000), sent: span(0, 3_000_000) },
    undefined,
  ],
  ['with a send dropped', { dropped: 1 }, 'dropped'],
  ['to a target that refuses, so that nothing went', { sent: span() }, undefined],
  ['with one short second of ten', { intervals: { planned: 10, short: 1 } }, undefined],
  ['with two short seconds of ten', { intervals: { planned: 10, short: 2 } }, 'short-seconds'],
  ['with two short seconds of two hundred', { intervals: { planned: 200, short: 2 } }, undefined],
  ['with three short seconds of two hundred', { intervals: { planned: 200, short: 3 } }, 'short-seconds'],
])('a run %s', (_, changes, shortfall) => {
  expect(rateReport(measured(changes))).toMatchObject({ reached: shortfall === undefined, shortfall });
});

test.each([
  ['as fast as possible', { ...PLAN, timing: { kind: 'max' } } as const],
  ['of a mirror', undefined],
])('the rate %s was not asked for, but what is dropped is missing from it', (_, plan) => {
  const slow = { plan, sent: span(0, 99_000_000), intervals: { planned: 10, short: 9 } };
  expect(rateReport(measured(slow))).toMatchObject({ askedPerSecond: undefined, reached: true });
  expect(rateReport(measured({ ...slow, dropped: 1 })).reached).toBe(false);
});
