import { expect, test } from 'vitest';
import type { PacingFlags } from '../../../../cli/options/pacing.ts';
import type { Forecast } from '../../../../cli/replay/forecast.ts';
import { prospectOf } from '../../../../cli/replay/prospect.ts';
import { parsePlan } from '../../../../core/index.ts';
import { plan, steady } from './planned.ts';

const MINUTES = steady(10, 600);
/** 10 a second for 5 minutes, then 50. */
const BUSIER: Forecast = steady(30, 600, {
  rhythm: { counts: [...Array<number>(3_000).fill(1), ...Array<number>(3_000).fill(5)], intervalMs: 100 },
});

function prospect(flags: PacingFlags, expected = MINUTES) {
  return prospectOf(plan(flags, expected), expected);
}

test('the recorded rhythm takes as long as the recording, divided by its speed', () => {
  expect(prospect({})).toEqual({ sends: 6_000, durationMs: 600_000, peakPerSecond: 10 });
  expect(prospect({ speed: 60 })).toEqual({ sends: 6_000, durationMs: 10_000, peakPerSecond: 600 });
  expect(prospect({ speed: 0.5 })).toEqual({ sends: 6_000, durationMs: 1_200_000, peakPerSecond: 5 });
});

test('the peak is that of the busiest time, as fast as it is sent', () => {
  expect(prospect({}, BUSIER).peakPerSecond).toBe(50);
  expect(prospect({ speed: 60 }, BUSIER).peakPerSecond).toBe(3_000);
});

test('three ways to three times: slices over each other, faster, or each request thrice', () => {
  const overlay = prospect({ times: 2, by: 'overlay' }, BUSIER);
  expect(overlay).toEqual({ sends: 18_000, durationMs: 300_000, peakPerSecond: 60 });
  expect(prospect({ times: 2, by: 'speed' }, BUSIER)).toEqual({
    sends: 18_000,
    durationMs: 300_000,
    peakPerSecond: 100,
  });
  expect(prospect({ times: 2, by: 'copies' }, BUSIER)).toEqual({
    sends: 36_000,
    durationMs: 600_000,
    peakPerSecond: 100,
  });
  expect(prospect({ times: 0.5 }, BUSIER)).toEqual({ sends: 9_000, durationMs: 600_000, peakPerSecond: 25 });
});

test('limits end the recorded rhythm where it has come to', () => {
  expect(prospect({ duration: 60_000 })).toEqual({ sends: 600, durationMs: 60_000, peakPerSecond: 10 });
  expect(prospect({ count: 600 })).toMatchObject({ sends: 600, durationMs: 60_000 });
  expect(prospect({ loop: true })).toEqual({ sends: undefined, durationMs: undefined, peakPerSecond: 10 });
  expect(prospect({ loop: true, duration: 900_000 })).toMatchObject({ sends: 8_999, durationMs: 900_000 });
  expect(prospect({ duration: 150_000, speed: 2 }, BUSIER)).toMatchObject({ sends: 3_000, durationMs: 150_000 });
});

test('a rate takes as long as its sends', () => {
  expect(prospect({ qps: 100 })).toEqual({ sends: 6_000, durationMs: 60_000, peakPerSecond: 100 });
  expect(prospect({ qps: 100, times: 2 })).toMatchObject({ sends: 12_000, durationMs: 120_000 });
  expect(prospect({ qps: 100, loop: true, duration: 1_000 })).toMatchObject({ sends: 100, durationMs: 1_000 });
  expect(prospect({ qps: 100, loop: true })).toEqual({ sends: undefined, durationMs: undefined, peakPerSecond: 100 });
});

test('as fast as possible: how long, and how fast, the target decides', () => {
  expect(prospect({ qps: 'max' })).toEqual({ sends: 6_000, durationMs: undefined, peakPerSecond: undefined });
  expect(prospect({ qps: 'max', loop: true, duration: 5_000 })).toMatchObject({ sends: undefined, durationMs: 5_000 });
});

test('a plan has its own length and peak', () => {
  const phases = parsePlan('ramp:0-100/60s,hold:100/60s');
  expect(prospect({ plan: phases })).toEqual({ sends: 9_000, durationMs: 120_000, peakPerSecond: 100 });
  expect(prospect({ plan: phases, duration: 30_000 })).toEqual({ sends: 750, durationMs: 30_000, peakPerSecond: 50 });
  expect(prospect({ plan: phases, loop: 1 })).toEqual({ sends: 6_000, durationMs: 90_000, peakPerSecond: 100 });
  expect(prospect({ plan: parsePlan('shape:60/1m') }, BUSIER)).toMatchObject({ sends: 3_600, peakPerSecond: 100 });
  expect(prospect({ plan: parsePlan('shape:60/1m'), duration: 30_000 }, BUSIER)).toMatchObject({
    sends: 600,
    peakPerSecond: 20,
  });
});

test('between passes lies a gap, as far as the last request is from the one before', () => {
  const two = steady(1, 1, {
    exchanges: 2,
    sendable: 2,
    rhythm: { counts: [1, ...Array<number>(9).fill(0), 1], intervalMs: 100 },
  });
  expect(prospect({ loop: 3 })).toMatchObject({ sends: 18_000, durationMs: 1_800_200 });
  expect(prospect({ loop: 3 }, two)).toMatchObject({ sends: 6, durationMs: 5_000 });
  expect(prospect({ loop: 3, speed: 2 }, two)).toMatchObject({ sends: 6, durationMs: 2_500 });
  expect(prospect({ loop: true, duration: 3_000 }, two)).toMatchObject({ sends: 3, durationMs: 3_000 });
  expect(prospect({ loop: 5, times: 2, by: 'overlay' }, two)).toMatchObject({ sends: 10, durationMs: 4_500 });
});

test('a recording of one moment has no length, and passes over it are a second apart', () => {
  const moment = steady(1, 0, { exchanges: 3, sendable: 3, rhythm: { counts: [3], intervalMs: 100 } });
  expect(prospect({}, moment)).toEqual({ sends: 3, durationMs: 0, peakPerSecond: 3 });
  expect(prospect({ loop: 4 }, moment)).toEqual({ sends: 12, durationMs: 3_000, peakPerSecond: 3 });
  expect(prospect({ loop: true }, moment)).toEqual({ sends: undefined, durationMs: undefined, peakPerSecond: 3 });
  expect(prospect({ loop: true, duration: 2_500 }, moment)).toMatchObject({ sends: 9, durationMs: 2_500 });
});

test('nothing to send stays nothing, also for ever', () => {
  const nothing = steady(0, 0, { rhythm: { counts: [], intervalMs: 100 } });
  expect(prospect({ loop: true }, nothing)).toMatchObject({ sends: 0, durationMs: 0 });
  expect(prospect({ qps: 5, loop: true }, nothing)).toMatchObject({ sends: 0, durationMs: 0 });
});
