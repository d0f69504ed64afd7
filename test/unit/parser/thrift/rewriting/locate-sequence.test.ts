import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { hasThriftHeader, locateSequenceIds } from '../../../../../parser/index.ts';
import {
  apacheMessage,
  framed,
  KIND,
  meshHeader,
  struct,
  text,
  theader,
  ttheader,
  type WrittenEncoding,
} from '../../../../support/thrift/index.ts';

const call = (encoding: WrittenEncoding, sequenceId = 7) =>
  apacheMessage(encoding, { name: 'find', kind: KIND.call, sequenceId, body: struct([1, text('a')]) });

describe('locateSequenceIds', () => {
  test('strict binary: behind the name', () => {
    const places = [{ offset: 12, byteCount: 4, form: 'i32' }];
    expect(locateSequenceIds(call('binary'))).toEqual({ recorded: 7, places });
    expect(locateSequenceIds(call('binary', -2))?.recorded).toBe(-2);
  });

  test('old binary: behind the kind', () => {
    expect(locateSequenceIds(call('binary-old'))?.places).toEqual([{ offset: 9, byteCount: 4, form: 'i32' }]);
  });

  test('compact: a varint of the length it has', () => {
    expect(locateSequenceIds(call('compact'))?.places).toEqual([{ offset: 2, byteCount: 1, form: 'varint' }]);
    expect(locateSequenceIds(call('compact', 300))).toEqual({
      recorded: 300,
      places: [{ offset: 2, byteCount: 2, form: 'varint' }],
    });
    expect(locateSequenceIds(call('compact', -1))?.places[0]?.byteCount).toBe(5);
  });

  test('frames move it, headers say it once more', () => {
    expect(locateSequenceIds(framed(call('binary')))?.places[0]?.offset).toBe(16);
    expect(locateSequenceIds(theader(call('binary'), { sequenceId: 7 }))?.places).toEqual([
      { offset: 8, byteCount: 4, form: 'i32' },
      { offset: 14 + 4 + 12, byteCount: 4, form: 'i32' },
    ]);
    expect(locateSequenceIds(ttheader(framed(call('compact')), { sequenceId: 7 }))?.places).toHaveLength(2);
    expect(locateSequenceIds(meshHeader(call('binary'), { k: 'v' }))?.places).toHaveLength(1);
  });

  test('a header with another id than its message stays as it is', () => {
    expect(locateSequenceIds(theader(call('binary'), { sequenceId: 8 }))).toMatchObject({
      recorded: 7,
      places: [{ form: 'i32' }],
    });
  });

  test('compressed and JSON payloads: the header alone', () => {
    const places = [{ offset: 8, byteCount: 4, form: 'i32' }];
    const compressed = theader(deflateSync(call('binary')), { sequenceId: 7, transforms: [1] });
    expect(locateSequenceIds(compressed)).toEqual({ recorded: 7, places });
    expect(locateSequenceIds(ttheader(call('json'), { sequenceId: 9 }))).toEqual({ recorded: 9, places });
    expect(locateSequenceIds(call('json'))).toBeUndefined();
    expect(locateSequenceIds(framed(call('json')))).toBeUndefined();
  });

  test('a beginning up to the arguments is enough, less is not', () => {
    const bytes = framed(call('binary'));
    expect(locateSequenceIds(bytes.subarray(0, 20))).toEqual(locateSequenceIds(bytes));
    expect(locateSequenceIds(bytes.subarray(0, 19))).toBeUndefined();
    const headed = theader(call('binary'), { sequenceId: 7, text: { a: 'b' } });
    for (let end = 0; end < 14; end++) expect(locateSequenceIds(headed.subarray(0, end))).toBeUndefined();
  });

  test('other bytes have none', () => {
    expect(locateSequenceIds(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBeUndefined();
    expect(locateSequenceIds(new Uint8Array(0))).toBeUndefined();
  });
});

test('a header is found by its name in any case; arguments of that name are none', () => {
  expect(hasThriftHeader(theader(call('binary'), { text: { 'X-Run': '1' } }), 'x-run')).toBe(true);
  expect(hasThriftHeader(ttheader(call('binary'), { text: { 'x-run': '1' } }), 'X-RUN')).toBe(true);
  expect(hasThriftHeader(meshHeader(call('binary'), { 'x-run': '1' }), 'x-run')).toBe(true);
  expect(hasThriftHeader(ttheader(call('binary'), { integer: { 2: 'x-run' } }), 'x-run')).toBe(false);
  expect(hasThriftHeader(framed(call('binary')), 'find')).toBe(false);
});
