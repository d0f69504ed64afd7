import { expect, test } from 'vitest';
import { benchOf, counted, sends } from './bench-of.ts';

const id = (pool: string, target: number) => `${pool}/127.0.0.${target}:80`;

test('100,000 sends over pools 60/40 and targets 3:2:1 go where the weights say', () => {
  const bench = benchOf('east 60: 1*3 2*2 3*1 | west 40: 4*3 5*2 6*1');
  const counts = counted(sends(bench, 100_000));
  const shares = [0.3, 0.2, 0.1, 0.2, 0.4 / 3, 0.2 / 3];
  for (const [at, share] of shares.entries()) {
    // 99.9 % of a binomial distribution; turns by weight are within a send.
    const interval = 3.29 * Math.sqrt(100_000 * share * (1 - share));
    expect(Math.abs((counts[at + 1] ?? 0) - 100_000 * share)).toBeLessThan(interval);
    expect(Math.abs((counts[at + 1] ?? 0) - 100_000 * share)).toBeLessThanOrEqual(2);
  }
});

test('a pool keeps its share as long as one of its targets takes it, and then passes it on', () => {
  const bench = benchOf('east 3: 1 2 | west 1: 3');
  bench.setAvailability(id('east', 1), 0);
  expect(counted(sends(bench, 400))).toEqual({ 2: 300, 3: 100 });
  bench.setAvailability(id('east', 2), 0);
  expect(counted(sends(bench, 400))).toEqual({ 3: 400 });
  bench.setAvailability(id('east', 1), 1);
  expect(counted(sends(bench, 400))).toEqual({ 1: 300, 3: 100 });
});

test('a target that returns takes so much of its share as its health lets it', () => {
  const bench = benchOf('east: 1 2');
  bench.setAvailability(id('east', 1), 0.25);
  expect(counted(sends(bench, 500))).toEqual({ 1: 100, 2: 400 });
});

test('a pool of one target that returns gets no more than the target may take', () => {
  const bench = benchOf('east 60: 1 | west 40: 2');
  bench.setAvailability(id('east', 1), 0.1);
  expect(counted(sends(bench, 460))).toEqual({ 1: 60, 2: 400 });
});

test('standby pools take over in their order when no normal pool takes anything, and give back at once', () => {
  const bench = benchOf('spare standby: 8 | rest standby: 9 | east: 1 | west: 2');
  expect(counted(sends(bench, 10))).toEqual({ 1: 5, 2: 5 });
  bench.setAvailability(id('east', 1), 0);
  expect(counted(sends(bench, 10))).toEqual({ 2: 10 });
  bench.setAvailability(id('west', 2), 0);
  expect(counted(sends(bench, 10))).toEqual({ 8: 10 });
  bench.setAvailability(id('spare', 8), 0);
  expect(counted(sends(bench, 10))).toEqual({ 9: 10 });
  bench.setAvailability(id('rest', 9), 0);
  expect(sends(bench, 2)).toEqual([0, 0]);
  bench.setAvailability(id('spare', 8), 1);
  bench.setAvailability(id('east', 1), 0.05);
  expect(counted(sends(bench, 10))).toEqual({ 1: 10 });
});

test('pools of weight 0 and pools without targets take nothing, whether they stand by or not', () => {
  const bench = benchOf('none: | off 0: 1 | spare 0 standby: 2 | rest standby: 3');
  expect(sends(bench, 2)).toEqual([3, 3]);
});

test('a unit’s sends go to its pools and to those of no unit', () => {
  const bench = benchOf('a 1 unit-a: 1 | b 1 unit-b: 2 | both 3: 3');
  expect(counted(sends(bench, 400, 'unit-a'))).toEqual({ 1: 100, 3: 300 });
  expect(counted(sends(bench, 400, 'unit-b'))).toEqual({ 2: 100, 3: 300 });
  expect(counted(sends(bench, 400, 'unit-c'))).toEqual({ 3: 400 });
  expect(counted(sends(bench, 500))).toEqual({ 1: 100, 2: 100, 3: 300 });
});

test('a unit whose only pool is out goes nowhere, not to another unit', () => {
  const bench = benchOf('a unit-a: 1 | b unit-b: 2 | spare standby unit-b: 3');
  bench.setAvailability(id('a', 1), 0);
  expect(sends(bench, 1, 'unit-a')).toEqual([0]);
  bench.setAvailability(id('b', 2), 0);
  expect(sends(bench, 2, 'unit-b')).toEqual([3, 3]);
  expect(sends(bench, 1, 'unit-c')).toEqual([0]);
});

test('each unit’s shares hold while others send in between', () => {
  const bench = benchOf('a 1 unit-a: 1 | b 1 unit-b: 2 | both 2: 3');
  const mixed = Array.from({ length: 300 }, () => [...sends(bench, 1, 'unit-a'), ...sends(bench, 2, 'unit-b')]).flat();
  expect(counted(mixed)).toEqual({ 1: 100, 2: 200, 3: 600 });
});
