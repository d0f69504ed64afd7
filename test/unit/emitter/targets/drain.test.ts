import { expect, test } from 'vitest';
import type { TargetEntry, TargetSet } from '../../../../emitter/targets/index.ts';
import { benchOf, counted, keysOf, placeOf, places, STICKY, send, sends } from './bench-of.ts';

const ofMain = (target: number) => `main/127.0.0.${target}:80`;

test('weight 0 sends nothing new, and the time until the last request ended is told', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 6);
  expect(bench.setWeight(ofMain(1), 0, 1_000_000)).toBe(true);
  expect(counted(sends(bench, 6))).toEqual({ 2: 6 });
  end(bench, 1, 1_200_000);
  end(bench, 1, 1_300_000);
  expect(bench.report().drains).toEqual([
    { id: ofMain(1), by: 'weight', startedAt: 1_000_000, inFlight: 3, state: 'draining', drainedAfter: undefined },
  ]);
  end(bench, 1, 1_450_000);
  expect(bench.report().drains).toMatchObject([{ state: 'drained', drainedAfter: 450_000 }]);
});

test('a target with nothing under way is drained at once', () => {
  const bench = benchOf('main: 1 2');
  bench.setWeight(ofMain(1), 0, 5);
  expect(bench.report().drains).toMatchObject([{ inFlight: 0, state: 'drained', drainedAfter: 0 }]);
});

test('what was bound to a draining target still counts for the time of its last request', () => {
  const bench = benchOf('main: 1 2');
  bench.setWeight(ofMain(1), 0, 100);
  began(bench, 1);
  end(bench, 1, 900);
  expect(bench.report().drains).toMatchObject([{ state: 'drained', drainedAfter: 800 }]);
});

test('a weight again ends a drain, and the next one is told of its own', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 2);
  bench.setWeight(ofMain(1), 0, 100);
  bench.setWeight(ofMain(1), 0, 150);
  bench.setWeight(ofMain(1), 3, 200);
  expect(counted(sends(bench, 4))).toEqual({ 1: 3, 2: 1 });
  for (let at = 0; at < 4; at++) end(bench, 1, 300);
  bench.setWeight(ofMain(1), 0, 400);
  expect(bench.report().drains).toMatchObject([
    { startedAt: 100, state: 'resumed', drainedAfter: undefined },
    { startedAt: 400, state: 'drained', drainedAfter: 0 },
  ]);
});

test('the keys of a target that drains move, and come home with its weight', () => {
  const bench = benchOf('main: 1 2 3', STICKY);
  const keys = keysOf(1_000);
  const home = places(bench, keys);
  bench.setWeight(ofMain(2), 0, 0);
  expect(places(bench, keys).filter((target, key) => target !== home[key] && home[key] !== 2)).toEqual([]);
  bench.setWeight(ofMain(2), 1, 0);
  expect(places(bench, keys)).toEqual(home);
});

test('a target that is taken out is closed once, when its last request has ended', () => {
  const bench = benchOf('main: 1 2');
  const closed: number[] = [];
  sends(bench, 4);
  const entry = entryOf(bench, 1);
  expect(bench.remove(ofMain(1), 100, ({ handle }) => closed.push(handle))).toBe(true);
  expect(bench.get(ofMain(1))).toBeUndefined();
  expect(counted(sends(bench, 4))).toEqual({ 2: 4 });
  bench.ended(entry, 200);
  expect(closed).toEqual([]);
  bench.ended(entry, 300);
  expect(closed).toEqual([1]);
  expect(bench.report().drains).toMatchObject([{ by: 'removal', state: 'drained', drainedAfter: 200 }]);
  expect(bench.remove(ofMain(1), 400, ({ handle }) => closed.push(handle))).toBe(false);
  bench.remove(ofMain(2), 400, ({ handle }) => closed.push(handle));
  expect(closed).toEqual([1]);
});

test('a target that drains and is then taken out is told as one drain', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 2);
  const entry = entryOf(bench, 1);
  bench.setWeight(ofMain(1), 0, 100);
  bench.remove(ofMain(1), 200, () => {});
  bench.ended(entry, 300);
  expect(bench.report().drains).toMatchObject([{ by: 'weight', drainedAfter: 200 }]);
});

test('what is told of a target that has been taken out changes nothing', () => {
  const bench = benchOf('main: 1 2');
  bench.remove(ofMain(1), 0, () => {});
  expect(bench.setAvailability(ofMain(1), 1)).toBe(false);
  expect(bench.setWeight(ofMain(1), 1, 0)).toBe(false);
  expect(counted(sends(bench, 2))).toEqual({ 2: 2 });
});

test('a target that is added takes its share from then on, without a burst', () => {
  const bench = benchOf('main: 1');
  sends(bench, 1_000);
  const added = bench.add('main', { to: placeOf(2), weight: 3 });
  expect(added).toMatchObject({ id: ofMain(2), name: '127.0.0.2:80', pool: 'main', handle: 2 });
  expect(counted(sends(bench, 8))).toEqual({ 1: 2, 2: 6 });
});

test('a target that comes back goes on with its counts', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 4);
  const before = entryOf(bench, 1);
  bench.remove(ofMain(1), 0, () => {});
  bench.add('main', { to: placeOf(1) });
  sends(bench, 4);
  expect(bench.report().targets.map(({ id, sends }) => [id, sends])).toEqual([
    [ofMain(2), 4],
    [ofMain(1), 2],
    // Not over yet: it has two under way.
    [ofMain(1), 2],
  ]);
  bench.ended(before, 1);
  bench.ended(before, 1);
  expect(bench.report().targets.map(({ id, sends }) => [id, sends])).toEqual([
    [ofMain(2), 4],
    [ofMain(1), 4],
  ]);
});

test('a target that comes back after its removal was over goes on with its counts too', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 4);
  for (const target of [1, 1]) end(bench, target, 1);
  bench.remove(ofMain(1), 2, () => {});
  bench.add('main', { to: placeOf(1) });
  expect(bench.report().targets.map(({ id, sends, expectedShare }) => [id, sends, expectedShare])).toEqual([
    [ofMain(2), 2, 0.5],
    [ofMain(1), 2, 0.5],
  ]);
});

test('counts of one place come together, whichever of its targets is over first', () => {
  const bench = benchOf('main: 1');
  sends(bench, 2);
  const first = entryOf(bench, 1);
  bench.remove(ofMain(1), 0, () => {});
  bench.add('main', { to: placeOf(1) });
  send(bench);
  end(bench, 1, 0);
  bench.remove(ofMain(1), 0, () => {});
  bench.ended(first, 1);
  bench.ended(first, 1);
  expect(bench.report()).toMatchObject({ sends: 3, targets: [{ id: ofMain(1), sends: 3, expectedShare: 1 }] });
  expect(bench.report().targets).toHaveLength(1);
});

test('targets that come and go for ever do not make the report grow for ever', () => {
  const bench = benchOf('main: 1');
  for (let port = 1; port <= 3_000; port++) {
    const entry = bench.add('main', { to: `tcp://127.0.0.2:${port}` });
    sends(bench, 2);
    bench.remove(entry.id, port, () => {});
    for (const one of [entry, entryOf(bench, 1)]) while (one.inFlight > 0) bench.ended(one, port);
  }
  const { targets, others, drains, sends: sent } = bench.report();
  expect(sent).toBe(6_000);
  expect(targets.reduce((sum, target) => sum + target.sends, others.sends)).toBe(6_000);
  expect(targets).toHaveLength(1_001);
  expect(others.targets).toBe(2_000);
  expect(drains).toHaveLength(1_000);
  expect(drains.at(-1)?.startedAt).toBe(3_000);
  send(bench);
  bench.setWeight(ofMain(1), 0, 4_000);
  end(bench, 1, 5_000);
  expect(bench.report().drains.at(-1)).toMatchObject({ state: 'drained', drainedAfter: 1_000 });
});

test.each([
  ['REPLAY_POOL_UNKNOWN', 'other', placeOf(3)],
  ['REPLAY_TARGET_TWICE', 'main', placeOf(1)],
  ['REPLAY_TARGET_INVALID', 'main', 'tcp://nowhere'],
])('%s is what adding a target to a wrong place throws', (code, pool, to) => {
  const bench = benchOf('main: 1');
  expect(() => bench.add(pool, { to })).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  expect([...bench.entries()]).toHaveLength(1);
});

test.each([-0.1, 1.1, Number.NaN])('an availability of %s is a mistake of the caller', (share) => {
  expect(() => benchOf('main: 1').setAvailability(ofMain(1), share)).toThrow(RangeError);
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('a weight of %s is a mistake of the caller', (weight) => {
  expect(() => benchOf('main: 1').setWeight(ofMain(1), weight, 0)).toThrow(RangeError);
});

function entryOf(bench: TargetSet<number>, target: number): TargetEntry<number> {
  const entry = bench.get(ofMain(target));
  if (entry === undefined) throw new Error(`no target ${target}`);
  return entry;
}

function began(bench: TargetSet<number>, target: number): void {
  bench.began(entryOf(bench, target));
}

function end(bench: TargetSet<number>, target: number, now: number): void {
  bench.ended(entryOf(bench, target), now);
}
