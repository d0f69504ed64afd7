import { expect, test } from 'vitest';
import { benchOf, placeOf, sends } from './bench-of.ts';

test('shares are told beside what weights and availabilities let expect', () => {
  const bench = benchOf('east 3: 1*2 2 | west 1: 3 | spare standby: 4');
  sends(bench, 400);
  bench.setAvailability('east/127.0.0.1:80', 0);
  bench.setAvailability('east/127.0.0.2:80', 0);
  sends(bench, 400);
  expect(
    bench.report().targets.map(({ id, sends, share, weightShare, expectedShare }) => ({
      id,
      sends,
      share,
      weightShare,
      expectedShare: Math.round(expectedShare * 1e9) / 1e9,
    })),
  ).toEqual([
    { id: 'east/127.0.0.1:80', sends: 200, share: 0.25, weightShare: 0.5, expectedShare: 0.25 },
    { id: 'east/127.0.0.2:80', sends: 100, share: 0.125, weightShare: 0.25, expectedShare: 0.125 },
    { id: 'west/127.0.0.3:80', sends: 500, share: 0.625, weightShare: 0.25, expectedShare: 0.625 },
    { id: 'spare/127.0.0.4:80', sends: 0, share: 0, weightShare: 0, expectedShare: 0 },
  ]);
});

test('a pool without targets, or whose targets have no weight, has no share of the weights', () => {
  const { targets } = benchOf('main 1: 1*3 2 | none 5: | off 5: 3*0').report();
  expect(targets.map(({ weightShare }) => weightShare)).toEqual([0.75, 0.25, 0]);
});

test('what is to be expected knows which units the sends were of', () => {
  const bench = benchOf('a 1 unit-a: 1 | b 1 unit-b: 2');
  sends(bench, 300, 'unit-a');
  sends(bench, 100, 'unit-b');
  expect(bench.report().targets.map(({ expectedShare }) => expectedShare)).toEqual([0.75, 0.25]);
});

test('asking for a report changes nothing', () => {
  const asked = benchOf('main: 1*3 2*2 3');
  const left = benchOf('main: 1*3 2*2 3');
  const turns = Array.from({ length: 100 }, () => {
    asked.report();
    return sends(asked, 1);
  }).flat();
  expect(turns).toEqual(sends(left, 100));
  for (const [at, { expectedShare }] of asked.report().targets.entries()) {
    expect(expectedShare).toBeCloseTo(left.report().targets[at]?.expectedShare ?? 0, 9);
  }
});

test('a report of nothing sent holds no shares that are no numbers', () => {
  const { sends: sent, targets } = benchOf('main 0: 1 | none:').report();
  expect(sent).toBe(0);
  expect(targets).toEqual([
    {
      id: 'main/127.0.0.1:80',
      name: '127.0.0.1:80',
      pool: 'main',
      unit: undefined,
      standby: false,
      weight: 1,
      availability: 1,
      inFlight: 0,
      sends: 0,
      share: 0,
      weightShare: 0,
      expectedShare: 0,
      chosenAt: undefined,
    },
  ]);
});

test('what a target was expected to get before it was taken out stays with it', () => {
  const bench = benchOf('main: 1 2');
  sends(bench, 100);
  bench.remove('main/127.0.0.1:80', 0, () => {});
  sends(bench, 100);
  bench.add('main', { to: placeOf(3) });
  expect(bench.report().targets.map(({ id, expectedShare }) => [id, expectedShare])).toEqual([
    ['main/127.0.0.2:80', 0.75],
    ['main/127.0.0.3:80', 0],
    ['main/127.0.0.1:80', 0.25],
  ]);
});
