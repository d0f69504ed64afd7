import { expect, test } from 'vitest';
import { describeForecast, requireDecisions } from '../../../../cli/replay/decisions.ts';
import type { Forecast } from '../../../../cli/replay/forecast.ts';

const ONE_WRITE: Forecast = {
  exchanges: 1,
  whole: 1,
  firstAt: 0,
  lastAt: 0,
  peakPerSecond: 1,
  writes: [{ operation: 'POST /\x9b31m', count: 1 }],
};

test('operations from the wire cannot steer the terminal, neither announced nor refused', () => {
  expect(describeForecast(ONE_WRITE, { kind: 'max' }, { to: 'http://a' })).toContain('writes: 1 × POST /\\x9b31m');
  expect(() => requireDecisions(ONE_WRITE, { writes: 'undecided' })).toThrow('1 × POST /\\x9b31m');
});

test('a selection without a whole HTTP request is refused, instead of being replayed as nothing', () => {
  const others: Forecast = { ...ONE_WRITE, exchanges: 17, whole: 0, writes: [] };
  expect(() => requireDecisions(others, { writes: 'skip' })).toThrow(
    expect.objectContaining({ code: 'REPLAY_EMPTY', exitCode: 1 }),
  );
});
