import { expect, test } from 'vitest';
import type { Micros } from '../../../../core/index.ts';
import { HealthGroup } from '../../../../emitter/health/health-group.ts';
import { type HealthInput, healthSchema } from '../../../../emitter/health/options.ts';

const SECOND: Micros = 1_000_000;

/** Targets `a`, `b` …, and what was told of their shares. */
function group(names: string, options: HealthInput = {}): { group: HealthGroup; told: string[] } {
  const told: string[] = [];
  const onShare = (id: string, share: number, now: Micros): void => {
    told.push(`${now / SECOND} ${id} ${Math.round(share * 100) / 100}`);
  };
  const made = new HealthGroup(healthSchema.parse(options), { onShare });
  for (const name of names) made.add(name, 0);
  return { group: made, told };
}

function failAll(group: HealthGroup, names: string, now: Micros): void {
  for (const name of names) for (let send = 0; send < 20; send++) group.get(name)?.sent(false, now);
}

function states(group: HealthGroup, names: string): string {
  return [...names].map((name) => group.get(name)?.state).join(' ');
}

test.each([
  ['a', 'up'],
  ['ab', 'ejected up'],
  ['abc', 'ejected up up'],
  ['abcd', 'ejected ejected up up'],
])('of %s, at most half are ejected at once', (names, expected) => {
  const { group: all } = group(names);
  failAll(all, names, SECOND);
  expect(states(all, names)).toBe(expected);
});

test('a share that is no binary fraction is not rounded to one target less', () => {
  const { group: all } = group('abcdefghij', { eject: { mostEjectedShare: 0.7 } });
  failAll(all, 'abcdefghij', SECOND);
  expect(states(all, 'ghij')).toBe('ejected up up up');
});

test('when one returns another may be ejected', () => {
  const { group: all } = group('ab');
  failAll(all, 'ab', SECOND);
  all.tick(6 * SECOND);
  failAll(all, 'b', 6 * SECOND);
  expect(states(all, 'ab')).toBe('returning ejected');
  expect(all.report(0, 6 * SECOND).targets.map(({ withheld }) => withheld)).toEqual([0, 1]);
});

test('a share is told at once where a target goes out, and in steps while it grows', () => {
  const { group: all, told } = group('ab', { rampMs: 3_000 });
  failAll(all, 'a', SECOND);
  expect(told).toEqual(['1 a 0']);
  for (let now = 1.5 * SECOND; now <= 12 * SECOND; now += SECOND / 2) all.tick(now);
  expect(told.slice(1)).toEqual(['6 a 0.1', '6.5 a 0.25', '7 a 0.4', '7.5 a 0.55', '8 a 0.7', '8.5 a 0.85', '9 a 1']);
});

test('a share that grew by less than a hundredth is not told', () => {
  const { group: all, told } = group('ab', { rampMs: 90_000 });
  failAll(all, 'a', 0);
  all.tick(5 * SECOND);
  all.tick(5.9 * SECOND);
  expect(told).toHaveLength(2);
  all.tick(6.1 * SECOND);
  expect(told.at(-1)).toBe('6.1 a 0.11');
});

test('a target that is added twice keeps its health, and one that is removed is not reported', () => {
  const { group: all } = group('ab');
  failAll(all, 'a', 0);
  expect(all.add('a', SECOND).state).toBe('ejected');
  all.remove('a');
  expect(all.get('a')).toBeUndefined();
  expect(all.report(0, SECOND).targets.map(({ id }) => id)).toEqual(['b']);
});

test('the report tells states, times and reasons from the run on', () => {
  const { group: all } = group('ab');
  failAll(all, 'a', 2 * SECOND);
  all.tick(8 * SECOND);
  expect(all.report(SECOND, 23 * SECOND)).toEqual({
    targets: [
      {
        id: 'a',
        state: 'returning',
        share: 0.55,
        timeInMs: { up: 2_000, down: 0, ejected: 6_000, returning: 15_000 },
        timeline: [
          { atMs: 1_000, from: 'up', to: 'ejected', why: '20 of 20 sends within 10 s failed' },
          { atMs: 7_000, from: 'ejected', to: 'returning', why: '5 s out' },
        ],
        changeCount: 2,
        withheld: 0,
      },
      {
        id: 'b',
        state: 'up',
        share: 1,
        timeInMs: { up: 23_000, down: 0, ejected: 0, returning: 0 },
        timeline: [],
        changeCount: 0,
        withheld: 0,
      },
    ],
  });
});
