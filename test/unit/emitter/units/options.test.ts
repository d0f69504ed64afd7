import { expect, test } from 'vitest';
import { type UnitInput, unitsSchema } from '../../../../emitter/units/index.ts';

const VALID: UnitInput = {
  user: 'header:X-User',
  hash: 'crc32',
  ranges: [
    { unit: 'a', from: 0, to: 50_000 },
    { unit: 'b', from: 50_000, to: 100_000 },
  ],
};

function problems(options: unknown): string[] {
  const result = unitsSchema.safeParse(options);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('what is left out has defaults', () => {
  expect(unitsSchema.parse(VALID)).toEqual({
    ...VALID,
    slots: 100_000,
    overrides: {},
    unresolved: 'any',
    hops: { header: 'x-bytecopy-hops', most: 3 },
    version: 1,
  });
});

test.each([
  [[['a', 0, 50]], 'slots 50 to 100 have no unit'],
  [[['a', 10, 100]], 'slots 0 to 10 have no unit'],
  [
    [
      ['a', 0, 40],
      ['b', 60, 100],
    ],
    'slots 40 to 60 have no unit',
  ],
  [
    [
      ['b', 40, 100],
      ['a', 0, 60],
    ],
    'slots 40 to 60 are doubled: of a and of b',
  ],
  [
    [
      ['a', 0, 100],
      ['b', 20, 30],
    ],
    'slots 20 to 30 are doubled: of a and of b',
  ],
  [[['a', 0, 101]], 'a from 0 to 101: there are 100 slots, so to is at most 100'],
] as const)('ranges %j: %s', (ranges, problem) => {
  const options = { ...VALID, slots: 100, ranges: ranges.map(([unit, from, to]) => ({ unit, from, to })) };
  expect(problems(options)).toEqual([`ranges: ${problem}`]);
});

test.each(['X-Bytecopy-Replay', 'content-length', 'Transfer-Encoding'])('hops are not counted in %s', (header) => {
  expect(problems({ ...VALID, hops: { header } })).toEqual(['hops.header: the emitter writes that header itself']);
});

test('a range of nothing is told', () => {
  const ranges = [
    { unit: 'a', from: 0, to: 100 },
    { unit: 'b', from: 30, to: 30 },
  ];
  expect(problems({ ...VALID, slots: 100, ranges })).toEqual([
    'ranges: b from 30 to 30: to is the first slot behind the range, above from',
  ]);
});

test('no more than five problems of many are told', () => {
  const ranges = Array.from({ length: 1_000 }, (_, at) => ({ unit: 'a', from: at * 2, to: at * 2 + 1 }));
  expect(problems({ ...VALID, slots: 3_000, ranges })).toHaveLength(5);
});

test.each([
  [{ user: 'header' }, /^user: is no key of requests; it is one of flow, .*json:PATH/],
  [{ hash: 'md5' }, /^hash: .*"crc32"\|"fnv1a"\|"murmur3"/],
  [{ hash: undefined }, /^hash: /],
  [{ unresolved: 'central' }, /^unresolved: central: there is no central unit/],
  [{ hops: { header: 'a b' } }, /^hops.header: not a header name/],
  [{ range: [] }, /range/],
])('%j is refused', (wrong, message) => {
  expect(problems({ ...VALID, ...wrong })).toEqual([expect.stringMatching(message)]);
});
