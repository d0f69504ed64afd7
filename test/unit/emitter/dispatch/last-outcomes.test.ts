import { expect, test } from 'vitest';
import { LastOutcomes, MAX_SESSIONS } from '../../../../emitter/dispatch/last-outcomes.ts';

test('as many sessions as promised are known, and twice as many at most', () => {
  const outcomes = new LastOutcomes();
  for (let session = 0; session < 3 * MAX_SESSIONS; session++) outcomes.note(`s${session}`, session);
  const known = Array.from({ length: 3 * MAX_SESSIONS }, (_, session) => outcomes.of(`s${session}`) === session);
  expect(known.slice(-MAX_SESSIONS).every((one) => one)).toBe(true);
  expect(known.filter((one) => one).length).toBeLessThanOrEqual(2 * MAX_SESSIONS);
  expect(outcomes.of('s0')).toBe(Number.NEGATIVE_INFINITY);
});
