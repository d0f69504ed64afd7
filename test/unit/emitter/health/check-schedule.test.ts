import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CheckSchedule } from '../../../../emitter/health/check-schedule.ts';

const INTERVAL = 1_000;

/** Who is due when, up to that moment, asked at each turn. */
function turns(schedule: CheckSchedule, until: number): string[] {
  const seen: string[] = [];
  for (let at = schedule.nextAt; at !== undefined && at <= until; at = schedule.nextAt) {
    for (const id of schedule.take(at)) seen.push(`${at} ${id}`);
  }
  return seen;
}

test('turns are spread evenly, and come again after the interval', () => {
  const schedule = new CheckSchedule(INTERVAL, ['a', 'b', 'c', 'd'], 70);
  expect(turns(schedule, 1_500)).toEqual(['70 a', '320 b', '570 c', '820 d', '1070 a', '1320 b']);
});

test('what comes later takes the middle of the widest gap', () => {
  const schedule = new CheckSchedule(INTERVAL, ['a'], 0);
  schedule.take(0);
  schedule.add('b', 100);
  schedule.add('c', 100);
  schedule.add('c', 900);
  expect(turns(schedule, 1_600)).toEqual(['250 c', '500 b', '1000 a', '1250 c', '1500 b']);
});

test('the first one of all that comes later is due at the next turn of the beginning', () => {
  const schedule = new CheckSchedule(INTERVAL, [], 0);
  expect(schedule.nextAt).toBeUndefined();
  schedule.add('a', 2_300);
  expect(schedule.nextAt).toBe(3_000);
});

test('one that was removed has no turn', () => {
  const schedule = new CheckSchedule(INTERVAL, ['a', 'b'], 0);
  schedule.remove('a');
  schedule.remove('a');
  expect(turns(schedule, 1_600)).toEqual(['500 b', '1500 b']);
});

test('turns that were missed are left out', () => {
  const schedule = new CheckSchedule(INTERVAL, ['a', 'b'], 0);
  expect(schedule.take(5_700)).toEqual(['a', 'b']);
  expect(turns(schedule, 6_999)).toEqual(['6000 a', '6500 b']);
});

test('whenever it is asked, nobody has a turn twice within an interval of his', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 60 }), (steps) => {
      const schedule = new CheckSchedule(INTERVAL, ['a', 'b', 'c'], 0);
      const last = new Map<string, number>();
      let now = 0;
      for (const step of steps) {
        now += step;
        for (const id of schedule.take(now)) {
          const place = { a: 0, b: 333, c: 667 }[id] ?? 0;
          const turn = Math.floor((now - place) / INTERVAL);
          expect(turn).toBeGreaterThan(last.get(id) ?? -1);
          last.set(id, turn);
        }
        expect(schedule.nextAt).toBeGreaterThan(now);
      }
    }),
  );
});
