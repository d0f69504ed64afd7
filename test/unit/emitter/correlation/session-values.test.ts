import { expect, test } from 'vitest';
import { learntValue } from '../../../../emitter/correlation/learnt-value.ts';
import {
  DEFAULT_SESSION_LIMITS,
  type SessionLimits,
  SessionValues,
} from '../../../../emitter/correlation/session-values.ts';

const RULE = { index: 0, in: new Set(['header'] as const), decoded: true };
const value = (recorded: string, replacement = 'new') => learntValue(RULE, recorded, replacement);
const limited = (limits: Partial<SessionLimits>) => new SessionValues({ ...DEFAULT_SESSION_LIMITS, ...limits });
const recordedOf = (values: SessionValues, session: string) => values.of(session)?.map(({ recorded }) => recorded);

test('the session that was not asked for the longest goes first', () => {
  const values = limited({ maxSessions: 2 });
  values.learn('a', value('token-a'));
  values.learn('b', value('token-b'));
  expect(recordedOf(values, 'a')).toEqual(['token-a']);
  values.learn('c', value('token-c'));
  expect(recordedOf(values, 'b')).toBeUndefined();
  expect(recordedOf(values, 'a')).toEqual(['token-a']);
  expect([values.held, values.sessionsDropped]).toEqual([2, 1]);
});

test('a session keeps its newest values', () => {
  const values = limited({ maxValuesPerSession: 2 });
  for (const recorded of ['one', 'two', 'one', 'three']) values.learn('s', value(recorded));
  expect(recordedOf(values, 's')).toEqual(['one', 'three']);
  expect(values.valuesDropped).toBe(1);
});

test('all texts together are bounded, and what is forgotten makes room', () => {
  const values = limited({ maxChars: 100 });
  for (let i = 0; i < 1000; i++) values.learn(`s${i % 7}`, value(`token-${i}`));
  expect(values.held).toBeGreaterThan(0);
  expect(values.sessionsDropped).toBeGreaterThan(0);
  values.learn('big', value('x'.repeat(200)));
  expect(values.held).toBe(0);
  values.learn('small', value('token'));
  expect(recordedOf(values, 'small')).toEqual(['token']);
});
