/** Targets that are passed over for a while, and sends that never went where they were to go. */
import { expect, test } from 'vitest';
import type { TargetEntry, TargetSet } from '../../../../emitter/targets/index.ts';
import { benchOf, counted, HASH, STICKY, send, sends } from './bench-of.ts';

/** So many sends one after the other, none of which goes to these targets if it may go elsewhere. */
function sendsPast(set: TargetSet<number>, count: number, past: readonly number[], key = '', unit?: string): number[] {
  const isPassed = ({ handle }: TargetEntry<number>) => past.includes(handle);
  return Array.from({ length: count }, () => {
    const entry = set.choose(key, unit, 0, isPassed);
    if (entry !== undefined) set.began(entry);
    return entry?.handle ?? 0;
  });
}

test('the others of its pool share what a target is passed over for, by their weights', () => {
  expect(counted(sendsPast(benchOf('east: 1*6 2*2 3*1'), 300, [1]))).toEqual({ 2: 200, 3: 100 });
});

test('a pool whose targets are all passed over gives its share to the others', () => {
  const bench = benchOf('east 60: 1 2 | west 30: 3 | south 10: 4');
  expect(counted(sendsPast(bench, 400, [1, 2]))).toEqual({ 3: 300, 4: 100 });
});

test('where all are passed over, it is as if none were', () => {
  expect(counted(sendsPast(benchOf('east: 1*3 2'), 400, [1, 2]))).toEqual({ 1: 300, 2: 100 });
});

test('who was passed over is owed nothing afterwards', () => {
  const bench = benchOf('east: 1 2');
  sendsPast(bench, 1_001, [1]);
  const after = sends(bench, 100);
  expect(Math.abs((counted(after)[1] ?? 0) - 50)).toBeLessThanOrEqual(1);
  expect(Math.abs((counted(after.slice(0, 10))[1] ?? 0) - 5)).toBeLessThanOrEqual(1);
});

test('keys stay where they are, whoever is passed over, and sends of a unit stay in it', () => {
  const sticky = benchOf('east: 1 2 3', STICKY);
  const home = send(sticky, 'ann') ?? 0;
  expect(counted(sendsPast(sticky, 10, [home], 'ann'))).toEqual({ [home]: 10 });
  const units = benchOf('east unit-a: 1 | west unit-b: 2');
  expect(counted(sendsPast(units, 10, [1], '', 'unit-a'))).toEqual({ 1: 10 });
});

test('a send that never went is none of its target, and what is bounded by load has its place again', () => {
  const bench = benchOf('east: 1 2', HASH);
  const entry = bench.choose('ann', undefined, 0);
  if (entry === undefined) throw new Error('both take everything');
  for (let one = 0; one < 10; one++) {
    bench.began(entry);
    bench.withdrawn(entry, 0);
  }
  expect(bench.report().sends).toBe(0);
  expect(entry.inFlight).toBe(0);
  expect(bench.choose('ann', undefined, 0)).toBe(entry);
});

test('a target that drains has ended when its last send goes elsewhere', () => {
  const bench = benchOf('east: 1 2');
  const entry = bench.choose('', undefined, 0);
  if (entry === undefined) throw new Error('both take everything');
  bench.began(entry);
  bench.setWeight(entry.id, 0, 10);
  bench.withdrawn(entry, 30);
  expect(bench.report().drains).toMatchObject([{ state: 'drained', drainedAfter: 20 }]);
});
