import { expect, test } from 'vitest';
import { type PacingFlags, pacingOf } from '../../../../cli/options/pacing.ts';
import { horizonOf } from '../../../../cli/replay/horizon.ts';
import { parsePlan } from '../../../../core/index.ts';

const NONE = Number.POSITIVE_INFINITY;

function horizon(flags: PacingFlags) {
  return horizonOf(pacingOf(flags));
}

test('limits of number and time end what has to be looked at', () => {
  expect(horizon({ count: 100 })).toEqual({ sends: 100, spanMicros: NONE });
  expect(horizon({ duration: 10_000, speed: 60 })).toEqual({ sends: NONE, spanMicros: 600_000_000 });
  expect(horizon({ qps: 200, duration: 5_000 })).toEqual({ sends: 1_000, spanMicros: NONE });
  expect(horizon({ qps: 200, duration: 5_000, count: 10 })).toEqual({ sends: 10, spanMicros: NONE });
  expect(horizon({ qps: 'max', duration: 5_000 })).toEqual({ sends: NONE, spanMicros: NONE });
  expect(horizon({ plan: parsePlan('hold:100/1s') })).toEqual({ sends: 101, spanMicros: NONE });
});

test('where the whole recording decides, or chance, there is none', () => {
  expect(horizon({})).toEqual({ sends: NONE, spanMicros: NONE });
  expect(horizon({ times: 2, count: 10 })).toEqual({ sends: NONE, spanMicros: NONE });
  expect(horizon({ plan: parsePlan('hold:100/1s,shape:5/1s') })).toEqual({ sends: NONE, spanMicros: NONE });
  expect(horizon({ qps: 200, duration: 5_000, arrivals: 'poisson' })).toEqual({ sends: NONE, spanMicros: NONE });
});
