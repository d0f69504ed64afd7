import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection } from '../../../../emitter/connection/connection.ts';
import { RestingConnections } from '../../../../emitter/connection/resting-connections.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What is asked of a connection here. */
function connection(answerCount: number): { answerCount: number; idle: boolean } {
  return { answerCount, idle: true };
}

function resting() {
  const rested: unknown[] = [];
  const connections = new RestingConnections((one) => rested.push(one));
  const takes = (one: ReturnType<typeof connection>): boolean => connections.takes(one as unknown as Connection);
  const endEarly = (times: number): void => {
    for (let time = 0; time < times; time++) connections.endedEarly();
  };
  return { connections, rested, takes, endEarly };
}

test('nothing rests before three have ended early', () => {
  const { connections, takes, endEarly } = resting();
  expect(connections.suspicious).toBe(false);
  endEarly(2);
  expect(connections.suspicious).toBe(true);
  expect(takes(connection(1))).toBe(false);
  endEarly(1);
  expect(takes(connection(1))).toBe(true);
  connections.stop();
});

test('what rests comes back after 10 to 20 ms, unless it was closed meanwhile', () => {
  const { rested, takes, endEarly } = resting();
  const [first, closed, later] = [connection(1), connection(1), connection(1)];
  endEarly(3);
  takes(first);
  takes(closed);
  vi.advanceTimersByTime(9);
  takes(later);
  closed.idle = false;
  vi.advanceTimersByTime(10);
  expect(rested).toEqual([]);
  vi.advanceTimersByTime(3);
  expect(rested).toEqual([first, later]);
  expect(vi.getTimerCount()).toBe(0);
});

test('answers on connections that had one before end it; first answers say nothing', () => {
  const { connections, takes, endEarly } = resting();
  endEarly(1_000);
  for (let answer = 0; answer < 100; answer++) expect(takes(connection(1))).toBe(true);
  for (let answer = 0; answer < 13; answer++) expect(takes(connection(2))).toBe(true);
  expect(takes(connection(2))).toBe(false);
  expect(takes(connection(2))).toBe(false);
  expect(takes(connection(2))).toBe(false);
  expect(connections.suspicious).toBe(false);
  connections.stop();
});

test('a connection that has more under way does not rest', () => {
  const { takes, endEarly } = resting();
  endEarly(3);
  expect(takes({ ...connection(1), idle: false })).toBe(false);
});
