import { expect, test } from 'vitest';
import { FieldPathReader, parseFieldPath } from '../../../../parser/thrift/field-path.ts';
import { ENCODING } from '../../../../parser/thrift/layers.ts';
import { bool, call, type Fields, i64, list, map, message, string, struct } from '../../../support/thrift/wire.ts';

const FIELDS: Fields = [
  [1, bool(true)],
  [2, map('string', 'list', [string('a'), list('i64', i64(-1n))])],
  [3, struct([-5, string('below zero')], [20, struct([300, string('found')])])],
  [4, string('x'.repeat(600))],
];

const read = (encoding: 'binary' | 'compact', path: string, cutAt?: number) => {
  const bytes = message(encoding, call('a'), FIELDS);
  const start = message(encoding, call('a')).length - 1;
  const ids = parseFieldPath(path) as readonly number[];
  return new FieldPathReader().read(new Uint8Array(bytes.subarray(0, cutAt)), start, ENCODING[encoding], ids);
};

test.each(['binary', 'compact'] as const)('%s: a text is found by its path', (encoding) => {
  expect(read(encoding, '3.20.300')).toBe('found');
  expect(read(encoding, '3.-5')).toBe('below zero');
  expect(read(encoding, '4')).toHaveLength(512);
});

test.each(['binary', 'compact'] as const)('%s: what is not there, or no text, is not found', (encoding) => {
  for (const path of ['1', '2', '3', '3.20', '3.20.301', '3.20.300.1', '5', '-1'])
    expect(read(encoding, path)).toBeUndefined();
});

test.each(['binary', 'compact'] as const)('%s: bytes that end before tell nothing', (encoding) => {
  const whole = message(encoding, call('a'), FIELDS).length;
  for (let cutAt = 0; cutAt < whole - 1; cutAt++) expect(read(encoding, '4', cutAt)).toBeUndefined();
});

test('paths', () => {
  expect(parseFieldPath('1.255.-3')).toEqual([1, 255, -3]);
  for (const text of ['', '.', '1.', 'a', '1.b', '40000', '1 2', '1.'.repeat(20) + 1]) {
    expect(parseFieldPath(text)).toBeUndefined();
  }
});
