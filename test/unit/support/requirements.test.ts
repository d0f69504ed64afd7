import { expect, test } from 'vitest';
import { findProgram, isRequirement, requires } from '../../support/machine.ts';
import { describeWith, testWith } from '../../support/requirements.ts';

const ran: string[] = [];

testWith([], 'a test without requirements runs', () => {
  ran.push('free');
});

testWith(['root', 'unprivileged'], 'a test whose requirements contradict each other is skipped', () => {
  ran.push('contradiction');
});

describeWith(['root', 'unprivileged'], 'a skipped group', () => {
  test('skips its tests', () => {
    ran.push('group');
  });
});

test('only the tests whose requirements are met have run', () => {
  expect(ran).toEqual(['free']);
});

test('exactly one of root and unprivileged is met, and the other says why it is not', () => {
  const states = [requires('root'), requires('unprivileged')];
  expect(states.filter((state) => state.met)).toHaveLength(1);
  expect(states.find((state) => !state.met)?.reason).toMatch(/root/);
});

test('what deploy/setup installs is a package, what the user lacks is not', () => {
  expect(requires('nginx').kind).toBe('package');
  expect(requires('corpus').kind).toBe('data');
  expect(requires('capture').kind).toBe('privilege');
});

test('names from a report are checked, inherited properties included', () => {
  expect(['nginx', 'toString', 'nothing'].map(isRequirement)).toEqual([true, false, false]);
});

test('a program is found on PATH or not at all', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program')).toBeUndefined();
});
