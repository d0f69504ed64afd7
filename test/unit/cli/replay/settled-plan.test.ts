import { expect, test } from 'vitest';
import { pacingOf } from '../../../../cli/options/pacing.ts';
import { planOptionsOf, settlePlan } from '../../../../cli/replay/settled-plan.ts';
import { parsePlan } from '../../../../core/index.ts';
import { checkReplayOptions } from '../../../../emitter/options.ts';
import { plan, steady } from './planned.ts';

test('--times alone: overlay where each slice is a minute or more, otherwise copies; it says why', () => {
  expect(plan({ times: 3 }, steady(10, 180))).toMatchObject({ by: 'overlay', why: /long enough/ });
  expect(plan({ times: 3 }, steady(10, 179))).toMatchObject({ by: 'copies', why: /too short/ });
  expect(plan({ times: 65 }, steady(10, 65 * 60))).toMatchObject({ by: 'copies', why: /at most 64/ });
});

test('thinning and rates multiply by copies', () => {
  expect(plan({ times: 0.5 }, steady(10, 600))).toMatchObject({ by: 'copies', why: '' });
  expect(plan({ times: 2, qps: 100 }, steady(10, 600))).toMatchObject({ by: 'copies', why: /rhythm/ });
  expect(plan({}, steady(10, 600))).toMatchObject({ by: 'copies', why: '' });
});

test('who says how gets it, long or short', () => {
  expect(plan({ times: 3, by: 'overlay' }, steady(10, 3))).toMatchObject({ by: 'overlay', why: '' });
  expect(plan({ times: 3, by: 'copies' }, steady(10, 600))).toMatchObject({ by: 'copies', why: '' });
});

test('an overlay of a single moment is refused', () => {
  const moment = steady(10, 0, { exchanges: 1, sendable: 1 });
  expect(() => plan({ times: 3, by: 'overlay' }, moment)).toThrow(
    expect.objectContaining({ code: 'USAGE', exitCode: 2 }),
  );
});

test('the shape of a plan is that of the recording, by seconds', () => {
  const shaped = plan({ plan: parsePlan('hold:10/5s,shape:500/1m') }, steady(20, 3));
  expect(shaped.timing).toEqual({
    kind: 'profile',
    phases: [
      { kind: 'hold', perSecond: 10, durationMs: 5_000 },
      { kind: 'weights', perSecond: 500, weights: [20, 20, 20], durationMs: 60_000 },
    ],
  });
});

test('the shape of nothing is refused', () => {
  const empty = steady(0, 0, { rhythm: { counts: [], intervalMs: 100 } });
  expect(() => plan({ plan: parsePlan('shape:5') }, empty)).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
});

test('the emitter takes what was settled', () => {
  const target = { target: 'http://127.0.0.1:8080', runId: 'r' };
  for (const flags of [
    {},
    { speed: 60, times: 4, by: 'overlay' as const, session: 'client', loop: true as const },
    { plan: parsePlan('shape:500,ramp:0-10/1s'), arrivals: 'poisson' as const, seed: 9 },
    { qps: 'max' as const, count: 10, durationMs: 1_000 },
    { late: { kind: 'drop' as const, afterMs: 100 } },
  ]) {
    const settled = settlePlan(pacingOf(flags), steady(10, 600));
    expect(() => checkReplayOptions({ ...target, ...planOptionsOf(settled) })).not.toThrow();
  }
});
