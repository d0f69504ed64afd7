import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { UnitMap } from '../../../../emitter/units/index.ts';

const MAP = new UnitMap({
  hash: 'crc32',
  slots: 100_000,
  ranges: [
    { unit: 'south', from: 60_000, to: 100_000 },
    { unit: 'north', from: 0, to: 30_000 },
    { unit: 'east', from: 30_000, to: 60_000 },
  ],
  overrides: { ann: 'lab', constructor: 'lab' },
  version: 7,
});

test('a user belongs to the unit that owns the slot of their hash', () => {
  for (let user = 0; user < 1_000; user++) {
    const slot = crc32(`user-${user}`) % 100_000;
    expect(MAP.slotOf(`user-${user}`)).toBe(slot);
    expect(MAP.unitOf(`user-${user}`)).toBe(slot < 30_000 ? 'north' : slot < 60_000 ? 'east' : 'south');
  }
});

test('the first slot of a range is its own, the first behind it is not', () => {
  const map = new UnitMap({
    hash: 'fnv1a',
    slots: 3,
    ranges: ['a', 'b', 'c'].map((unit, at) => ({ unit, from: at, to: at + 1 })),
    overrides: {},
    version: 1,
  });
  for (const user of ['x', 'y', 'z', 'ann', 'bob']) expect(map.unitOf(user)).toBe('abc'[map.slotOf(user)]);
});

test('an override comes first, and names of objects are users like others', () => {
  expect(MAP.unitOf('ann')).toBe('lab');
  expect(MAP.unitOf('constructor')).toBe('lab');
  expect(['north', 'east', 'south']).toContain(MAP.unitOf('toString'));
});

test('the units are those of ranges and overrides', () => {
  expect([...MAP.units].sort()).toEqual(['east', 'lab', 'north', 'south']);
});
