import { expect, test } from 'vitest';
import { RecordedClock } from '../../../../emitter/live/recorded-clock.ts';

const EPOCH = 1_795_255_200_000_000;

test('gaps are kept as recorded, however unevenly requests are seen', () => {
  const clock = new RecordedClock();
  const base = clock.monotonicOf(EPOCH, 2_000);
  const delays = [5_000, 900, 3_000, 2_500];
  const mapped = delays.map((delay, index) => {
    const at = (index + 1) * 10_000;
    return clock.monotonicOf(EPOCH + at, 1_000 + at + delay) - base;
  });
  // The first was seen 2 ms late, the third 1.9 ms: the floor goes down with it and then stays but for the drift.
  expect(mapped.map((at) => Math.round(at / 100))).toEqual([100, 199, 299, 399]);
});

test('a clock that runs ahead of ours is followed', () => {
  const clock = new RecordedClock();
  clock.monotonicOf(EPOCH, 0);
  let late = 0;
  for (let seconds = 1; seconds <= 600; seconds++) {
    const recorded = EPOCH + seconds * 1_000_000 * (1 - 5e-5);
    late = seconds * 1_000_000 - clock.monotonicOf(recorded, seconds * 1_000_000);
  }
  expect(late).toBeLessThan(1);
});

test('nothing is ever mapped to later than it was seen', () => {
  const clock = new RecordedClock();
  for (const [recorded, now] of [
    [EPOCH, 100],
    [EPOCH - 5_000_000, 200],
    [EPOCH + 9_000_000, 300],
    [0, 400],
  ] as const) {
    expect(clock.monotonicOf(recorded, now)).toBeLessThanOrEqual(now);
  }
});

test('a recording clock that is set back is followed after some seconds, whatever comes late meanwhile', () => {
  const clock = new RecordedClock();
  const SECOND = 1_000_000;
  for (let at = 0; at < 10 * SECOND; at += SECOND / 10) clock.monotonicOf(EPOCH + at, at);
  const BACK = 60 * SECOND;
  let late = 0;
  for (let at = 10 * SECOND; at < 25 * SECOND; at += SECOND / 10) {
    const delay = at % (SECOND / 5) === 0 ? 0 : 3_000;
    late = at - clock.monotonicOf(EPOCH + at - BACK - delay, at);
  }
  expect(late).toBeLessThanOrEqual(3_000);
});

test('one request that comes a minute late moves nothing', () => {
  const clock = new RecordedClock();
  clock.monotonicOf(EPOCH, 0);
  clock.monotonicOf(EPOCH + 1_000, 60_001_000);
  const late = 60_002_000 - clock.monotonicOf(EPOCH + 60_002_000, 60_002_000);
  expect(late).toBeLessThan(20_000);
});
