import { expect, test } from 'vitest';
import type { TargetSet } from '../../../../emitter/targets/index.ts';
import { benchOf, counted, HASH, keysOf, places, STICKY, send, sends } from './bench-of.ts';

const KEYS = keysOf(20_000);
const TEN = 'main: 1 2 3 4 5 6 7 8 9 10';
const ofMain = (target: number) => `main/127.0.0.${target}:80`;

test('keys are spread by the weights of pools and targets', () => {
  const counts = counted(places(benchOf('east 60: 1*3 2*2 3*1 | west 40: 4*3 5*2 6*1', STICKY), KEYS));
  const shares = [0.3, 0.2, 0.1, 0.2, 0.4 / 3, 0.2 / 3];
  for (const [at, share] of shares.entries()) {
    const deviation = Math.sqrt(KEYS.length * share * (1 - share));
    expect(Math.abs((counts[at + 1] ?? 0) - KEYS.length * share)).toBeLessThan(4.5 * deviation);
  }
});

test('losing one of ten targets moves its own keys and no other', () => {
  const bench = benchOf(TEN, STICKY);
  const before = places(bench, KEYS);
  bench.setAvailability(ofMain(4), 0);
  const after = places(bench, KEYS);
  expect(moves(before, after).filter((key) => before[key] !== 4)).toEqual([]);
  // What it had is spread over all others.
  const heirs = counted(after.filter((_, key) => before[key] === 4));
  expect(Object.keys(heirs)).toHaveLength(9);
  expect(Math.max(...Object.values(heirs))).toBeLessThan(2 * Math.min(...Object.values(heirs)));
});

test('a target that returns takes its keys back in slices, each once', () => {
  const bench = benchOf(TEN, STICKY);
  const home = places(bench, KEYS);
  bench.setAvailability(ofMain(4), 0);
  let before = places(bench, KEYS);
  let back = 0;
  for (const share of [0.1, 0.25, 0.5, 0.75, 1]) {
    bench.setAvailability(ofMain(4), share);
    const after = places(bench, KEYS);
    const moved = moves(before, after);
    expect(moved.every((key) => after[key] === 4)).toBe(true);
    back += moved.length;
    const own = home.filter((target) => target === 4).length;
    expect(Math.abs(back - own * share)).toBeLessThan(0.05 * own + 1);
    before = after;
  }
  expect(before).toEqual(home);
});

test('a pool that is out passes its keys on, and no other key moves', () => {
  const bench = benchOf('east: 1 | west: 2 | north: 3', STICKY);
  const before = places(bench, KEYS);
  bench.setAvailability('west/127.0.0.2:80', 0);
  const after = places(bench, KEYS);
  expect(counted(moves(before, after).map((key) => before[key] ?? 0))).toEqual({ 2: counted(before)[2] });
  expect(counted(after)[2]).toBeUndefined();
});

test('targets that all return together keep their keys: none visits another on its way', () => {
  const bench = benchOf(TEN, STICKY);
  const home = places(bench, KEYS);
  for (const share of [0.1, 0.5, 0.9]) {
    for (let target = 1; target <= 10; target++) bench.setAvailability(ofMain(target), share);
    expect(places(bench, KEYS)).toEqual(home);
  }
});

test('the same pools in another order, or in another process, have the same keys', () => {
  expect(places(benchOf('b: 3 4*2 | a: 2 1', STICKY), KEYS)).toEqual(
    places(benchOf('a: 1 2 | b: 4*2 3', STICKY), KEYS),
  );
  expect(places(benchOf(TEN, STICKY), ['alice', 'bob', 'carol', '用户'])).toEqual([8, 5, 5, 8]);
});

test('requests without a key go by weight', () => {
  expect(counted(sends(benchOf('main: 1*3 2', STICKY), 400))).toEqual({ 1: 300, 2: 100 });
});

test('a key that everybody has is spread as far as the bound asks', () => {
  const bench = benchOf('main: 1 2 3 4', { ...HASH, bound: 1.25 });
  const counts = Object.values(counted(Array.from({ length: 100 }, () => send(bench, 'popular') ?? 0)));
  expect(Math.max(...counts)).toBeLessThanOrEqual(32);
  expect(counts.reduce((sum, count) => sum + count)).toBe(100);
});

test('with nothing under way, bounded keys go where sticky keys go', () => {
  expect(places(benchOf(TEN, HASH), KEYS)).toEqual(places(benchOf(TEN, STICKY), KEYS));
});

test.each(['main: 1 2 3', 'east: 1 | west: 2 | north: 3'])(
  'in %s a full target passes a key on in its order',
  (pools) => {
    for (const key of keysOf(50)) {
      const bounded = benchOf(pools, { ...HASH, bound: 1 });
      const sticky = benchOf(pools, STICKY);
      for (let place = 0; place < 3; place++) {
        const entry = sticky.choose(key, undefined, 0);
        expect(send(bounded, key)).toBe(entry?.handle);
        sticky.setAvailability(entry?.id ?? '', 0);
      }
    }
  },
);

test('a bound of exactly the mean spreads a single key evenly', () => {
  const bench = benchOf('east: 1 2 | west: 3 4', { ...HASH, bound: 1 });
  for (let round = 1; round <= 50; round++) {
    const counts = counted(Array.from({ length: 4 }, () => send(bench, 'popular') ?? 0));
    expect(counts).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 });
  }
});

test('requests without a key keep to the bound too', () => {
  const bench = benchOf('main: 1 2', { ...HASH, bound: 1.1 });
  const under = (target: number) => bench.get(ofMain(target))?.inFlight ?? 0;
  for (let at = 0; at < 100; at++) {
    send(bench);
    // All that target 1 gets ends at once, and what target 2 gets hangs.
    endAll(bench, 1);
    expect(under(2)).toBeLessThanOrEqual(Math.ceil((1.1 * (under(1) + under(2) + 1)) / 2));
  }
});

test('a target that returns is bounded by what it may take', () => {
  const bench = benchOf('main: 1 2', { ...HASH, bound: 1 });
  bench.setAvailability(ofMain(1), 0.25);
  expect(counted(Array.from({ length: 100 }, () => send(bench, 'popular') ?? 0))).toEqual({ 1: 20, 2: 80 });
});

function endAll(bench: TargetSet<number>, target: number): void {
  const entry = bench.get(ofMain(target));
  while (entry !== undefined && entry.inFlight > 0) bench.ended(entry, 0);
}

function moves(before: readonly number[], after: readonly number[]): number[] {
  return before.flatMap((target, key) => (target === after[key] ? [] : [key]));
}
