import { describe, expect, test } from 'vitest';
import { judgeThriftMessage } from '../../../../parser/thrift/first-bytes.ts';
import {
  call,
  exception,
  framed,
  i32,
  mesh,
  message,
  oneway,
  reply,
  theader,
  ttheader,
  u8,
} from '../../../support/thrift/wire.ts';

const NAME = 'find';
const heads = { call, oneway, reply, exception };

describe.each(Object.entries(heads))('%s', (kind, head) => {
  const told = kind === 'call' || kind === 'oneway' ? 'thrift-call' : 'thrift-reply';
  const [binary, old, compact] = (['binary', 'binary-old', 'compact'] as const).map((encoding) =>
    message(encoding, head(NAME, 7), [[1, i32(3)]]),
  ) as [Buffer, Buffer, Buffer];
  test.each([
    ['binary', binary],
    ['old binary', old],
    ['compact', compact],
    ['framed binary', framed(binary)],
    ['framed old binary', framed(old)],
    ['framed compact', framed(compact)],
    ['THeader', theader(compact, { values: { a: 'b' } })],
    ['TTHeader', ttheader(binary, { integers: { 1: 'b' } })],
    ['TTHeader, framed', ttheader(framed(binary))],
    ['MeshHeader', mesh(binary, { a: 'b' })],
    ['MeshHeader, framed', mesh(framed(binary))],
  ])('%s is told from a beginning, and no more bytes change it', (_name, bytes) => {
    const verdicts = Array.from({ length: bytes.length + 1 }, (_, count) =>
      judgeThriftMessage(bytes.subarray(0, count)),
    );
    const first = verdicts.findIndex((verdict) => verdict !== 'undecided');
    expect(first).toBeGreaterThan(0);
    expect(new Set(verdicts.slice(first))).toEqual(new Set([told]));
  });
});

test('a header whose payload cannot be read tells Thrift, not whose', () => {
  expect(judgeThriftMessage(theader(u8(1, 2, 3), { transforms: [3] }))).toBe('thrift');
  const long = ttheader(message('binary', call(NAME)), { values: { long: 'x'.repeat(3000) } });
  expect(judgeThriftMessage(long.subarray(0, 1023))).toBe('undecided');
  expect(judgeThriftMessage(long.subarray(0, 1024))).toBe('thrift');
});

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each([
  ['a name with other characters', framed(message('binary', call('a b')))],
  ['an empty name', message('binary', call(''))],
  ['a long name', message('binary', call('x'.repeat(129)))],
  ['type 0', message('binary', { type: 0, name: 'a', sequenceId: 0 })],
  ['type 5', framed(message('binary', { type: 5, name: 'a', sequenceId: 0 }))],
  ['a frame shorter than its head', hex('00000008 80010001 00000004 66696e64 00000000 00')],
  ['old binary of type 9', message('binary-old', { type: 9, name: 'find', sequenceId: 0 })],
  ['old binary whose arguments are no struct', hex('00000004 66696e64 01 00000000 63')],
  ['a frame of 2 GB', hex('7fffffff 80010001 00000004 66696e64 00000000 00')],
  ['PostgreSQL’s start', hex('00000055 00030000 75736572 00')],
  ['HTTP/2 settings', hex('000012 04 00 00000000 0003 00000064')],
  ['a Kafka request', hex('00000023 0003 0001 00000001 0007 636c69656e743100')],
  ['SMB', hex('00000054 ff534d42 72 00000000')],
  ['TDS', hex('120100 2f 00000100')],
  ['a compact version that is none', hex('8223 00 04 66696e64 00')],
  ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
])('%s is not Thrift', (_name, bytes) => {
  expect(judgeThriftMessage(bytes)).toBe('unknown');
});
