import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OpeningGate, PAUSE_MS } from '../../../../emitter/connection/opening-gate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('as many at once as are asked for, each deciding for one send, until one fails', () => {
  const gate = new OpeningGate(() => {});
  for (const opening of [0, 1, 100]) {
    expect(gate.allows(opening)).toBe(true);
    gate.started(1_000);
  }
  expect(gate.failed()).toBe(1);
  expect(gate.allows(0)).toBe(false);
  gate.stop();
});

test('while failing one at a time, a pause apart, deciding for all that waited when it began', () => {
  const reopened = vi.fn();
  const gate = new OpeningGate(reopened);
  gate.failed();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(reopened).toHaveBeenCalledOnce();
  expect(gate.allows(1)).toBe(false);
  expect(gate.allows(0)).toBe(true);
  gate.started(70);
  expect(gate.failed()).toBe(70);
  expect(gate.allows(0)).toBe(false);
  vi.advanceTimersByTime(PAUSE_MS);
  gate.started(5);
  gate.opened();
  expect(gate.allows(12)).toBe(true);
  gate.stop();
});

test('no pause ends after it was stopped', () => {
  const reopened = vi.fn();
  const gate = new OpeningGate(reopened);
  gate.failed();
  gate.stop();
  vi.advanceTimersByTime(10 * PAUSE_MS);
  expect(reopened).not.toHaveBeenCalled();
});
