import { expect, test } from 'vitest';
import type { ServiceInstance } from '../../../../core/index.ts';
import { SecondLook } from '../../../../emitter/discovery/second-look.ts';

const on = (host: string, weight = 1): ServiceInstance => ({ host, port: 80, weight });
const hosts = (instances: readonly ServiceInstance[] | undefined) => instances?.map(({ host }) => host).join(' ');

test('what one look misses stays; what two in a row miss goes', () => {
  const looks = new SecondLook();
  expect(hosts(looks.look([on('a'), on('b')]))).toBe('a b');
  expect(looks.look([on('a')])).toBeUndefined();
  expect(looks.look([on('a'), on('b')])).toBeUndefined();
  expect(looks.look([on('a')])).toBeUndefined();
  expect(hosts(looks.look([on('a')]))).toBe('a');
});

test('what is new, or weighs otherwise, counts at once', () => {
  const looks = new SecondLook();
  looks.look([on('a')]);
  expect(hosts(looks.look([on('b')]))).toBe('a b');
  expect(looks.look([on('a', 3), on('b')])).toEqual([on('a', 3), on('b')]);
});

test('an empty answer takes all out only when it comes again', () => {
  const looks = new SecondLook();
  looks.look([on('a')]);
  expect(looks.look([])).toBeUndefined();
  expect(looks.look([])).toEqual([]);
});
