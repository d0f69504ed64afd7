import { expect, test } from 'vitest';
import { MethodNames } from '../../../../parser/thrift/method-names.ts';

const at = (names: MethodNames, text: string) => {
  const bytes = Buffer.from(`..${text}..`);
  return names.at(bytes, 2, bytes.length - 2);
};

test('a name is the same object each time, also when others take its place in the table', () => {
  const names = new MethodNames();
  const first = at(names, 'add');
  for (let i = 0; i < 10_000; i++) expect(at(names, `name-${i}`).text).toBe(`name-${i}`);
  expect(at(names, 'add')).toBe(first);
  expect(at(names, 'ad')).not.toBe(first);
});

test('a name owns its octets', () => {
  const names = new MethodNames();
  const bytes = Buffer.from('find');
  const name = names.at(bytes, 0, 4);
  bytes.fill(0);
  expect(at(names, 'find')).toBe(name);
});

test('long names, and names beyond the bound, are not remembered', () => {
  const names = new MethodNames();
  const long = 'x'.repeat(257);
  expect(at(names, long)).not.toBe(at(names, long));
  expect(at(names, long).text).toBe(long);
  for (let i = 0; i < 20_000; i++) at(names, `name-${i}`);
  const late = at(names, 'late');
  for (let i = 0; i < 20_000; i++) at(names, `other-${i}`);
  expect(at(names, 'late')).toEqual(late);
});
