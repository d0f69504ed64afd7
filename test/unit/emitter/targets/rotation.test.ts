import { expect, test } from 'vitest';
import { Rotation } from '../../../../emitter/targets/rotation.ts';

test('weights 5, 1, 1 are mixed as nginx mixes them', () => {
  expect(turns(rotation('abc', [5, 1, 1]), 14)).toBe('aabacaa'.repeat(2));
});

test('nobody has no turns', () => {
  expect(rotation('', []).next()).toBeUndefined();
  const left = rotation('ab', [1, 1]);
  left.next();
  left.set([], []);
  expect(left.next()).toBeUndefined();
  left.set(['a'], [2]);
  expect(turns(left, 2)).toBe('aa');
});

test('a member that loses nearly all of its weight does not make the others wait for what it had', () => {
  const two = rotation('ab', [1000, 1]);
  turns(two, 500);
  two.set(['a', 'b'], [1, 1]);
  expect(turns(two, 8)).toMatch(/^(ab|ba){4}$/);
});

test('a member that comes back after long has no burst', () => {
  const three = rotation('abc', [1, 1, 1]);
  turns(three, 2);
  three.set(['a', 'b'], [1, 1]);
  turns(three, 1001);
  three.set(['a', 'b', 'c'], [1, 1, 1]);
  for (const round of turns(three, 9).match(/.{3}/g) ?? []) expect([...round].sort().join('')).toBe('abc');
});

test('changes between all turns favour nobody, however the weights are scaled', () => {
  const three = rotation('abc', [1, 2, 3]);
  let said = '';
  for (let turn = 0; turn < 600; turn++) {
    const scale = [1, 1000, 0.001][turn % 3] ?? 1;
    three.set(['a', 'b', 'c'], [scale, 2 * scale, 3 * scale]);
    said += three.next();
  }
  expect(['a', 'b', 'c'].map((member) => said.split(member).length - 1)).toEqual([100, 200, 300]);
});

function rotation(members: string, weights: number[]): Rotation<string> {
  const made = new Rotation<string>();
  made.set([...members], weights);
  return made;
}

function turns(from: Rotation<string>, count: number): string {
  return Array.from({ length: count }, () => from.next()).join('');
}
