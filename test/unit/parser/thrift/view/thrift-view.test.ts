import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../../../core/index.ts';
import { isThriftContentType, rewriteThrift, viewThrift, viewThriftBody } from '../../../../../parser/index.ts';
import {
  apacheMessage,
  bool,
  framed,
  i32,
  i64,
  KIND,
  list,
  meshHeader,
  type PlainValue,
  plain,
  struct,
  text,
  theader,
  ttheader,
  type WrittenMessage,
} from '../../../../support/thrift/index.ts';

const CALL: WrittenMessage = {
  name: 'Stock:find',
  kind: KIND.call,
  sequenceId: 7,
  body: struct(
    [1, struct([1, text('nonce-1')], [2, i64(2n ** 60n)])],
    [2, list('i32', i32(1), i32(-2))],
    [3, bool(true)],
  ),
};

const hex = (digits: string) => Buffer.from(digits.replaceAll(/\s/g, ''), 'hex');

function message(bytes: Uint8Array, more: Partial<Message> = {}): Message {
  return {
    parts: [bytes],
    byteCount: bytes.length,
    headByteCount: 0,
    streamOffset: 0,
    firstByteAt: 0,
    lastByteAt: 0,
    complete: true,
    truncated: false,
    missing: [],
    ...more,
  };
}

describe('the head', () => {
  test('a multiplexed name is service and method', () => {
    expect(viewThrift(message(apacheMessage('binary', CALL)))).toMatchObject({
      transport: 'unframed',
      encoding: 'binary',
      service: 'Stock',
      method: 'find',
      kind: 'call',
      sequenceId: 7,
      problems: [],
    });
  });

  test('a negative sequence id in the compact protocol', () => {
    const view = viewThriftBody(apacheMessage('compact', { ...CALL, sequenceId: -2 }));
    expect(view).toMatchObject({ encoding: 'compact', sequenceId: -2 });
  });

  test('an old binary message is told from a frame around one', () => {
    const old = apacheMessage('binary-old', CALL);
    expect(viewThriftBody(old)).toMatchObject({ transport: 'unframed', encoding: 'binary-old', method: 'find' });
    expect(viewThriftBody(framed(old))).toMatchObject({ transport: 'framed', encoding: 'binary-old', method: 'find' });
  });

  test('a message type that is none', () => {
    const view = viewThriftBody(apacheMessage('binary', { ...CALL, kind: 9 }));
    expect(view).toMatchObject({ kind: undefined, problems: ['unknown-message-type'] });
  });
});

describe('headers', () => {
  test('TTHeader: text and integer keys, a token, a frame within', () => {
    const payload = framed(apacheMessage('binary', CALL));
    const bytes = ttheader(payload, {
      text: { rip: '::1' },
      integer: { 9: 'find', 4711: 'x' },
      token: 't',
      sequenceId: 8,
    });
    expect(viewThriftBody(bytes)).toMatchObject({
      transport: 'ttheader-framed',
      headerSequenceId: 8,
      method: 'find',
      headers: [
        { place: 'text', name: 'rip', value: '::1' },
        { place: 'integer', name: 'ToMethod', number: 9, value: 'find' },
        { place: 'integer', name: '4711', number: 4711, value: 'x' },
        { place: 'token', name: 'token', value: 't' },
      ],
      problems: [],
    });
  });

  test('TTHeader: padding between infos is skipped', () => {
    const infos = hex('00 00  00 00  01 0001 0001 61 0001 62  000000');
    const payload = apacheMessage('binary', CALL);
    const inside = Buffer.concat([hex('1000 0000 00000007 0004'), infos, payload]);
    expect(viewThriftBody(framed(inside))).toMatchObject({ headers: [{ name: 'a', value: 'b' }], problems: [] });
  });

  test('THeader: persistent keys, a zlib transform', () => {
    const payload = deflateSync(apacheMessage('compact', CALL));
    const bytes = theader(payload, { protocolId: 2, transforms: [1], text: { a: 'b' }, persistent: { id: 'me' } });
    expect(viewThriftBody(bytes)).toMatchObject({
      transport: 'theader',
      encoding: 'compact',
      transforms: ['zlib'],
      method: 'find',
      headers: [
        { place: 'text', name: 'a', value: 'b' },
        { place: 'persistent', name: 'id', value: 'me' },
      ],
      problems: [],
    });
  });

  test('a transform that cannot be undone is said', () => {
    const view = viewThriftBody(theader(Buffer.from('xx'), { transforms: [3] }));
    expect(view).toMatchObject({ transforms: ['snappy'], problems: ['transform-snappy-not-read'] });
    expect(viewThriftBody(theader(Buffer.from('xx'), { transforms: [1] })).problems).toEqual(['transform-zlib-broken']);
  });

  test('MeshHeader', () => {
    const view = viewThriftBody(meshHeader(framed(apacheMessage('binary', CALL)), { from: 'here' }));
    expect(view).toMatchObject({ transport: 'mesh-framed', method: 'find', problems: [] });
    expect(view.headers).toMatchObject([{ name: 'from', value: 'here' }]);
  });

  test('a header without payload is a heartbeat', () => {
    const view = viewThriftBody(ttheader(Buffer.alloc(0), { text: { a: 'b' } }));
    expect(view).toMatchObject({ headers: [{ name: 'a' }], problems: ['no-payload'] });
  });

  test('a header longer than the message', () => {
    const bytes = ttheader(apacheMessage('binary', CALL), {});
    bytes.writeUInt16BE(60_000, 12);
    expect(viewThriftBody(bytes).problems).toEqual(['header-beyond-message']);
  });
});

describe('the body', () => {
  test('every type of the binary protocol', () => {
    const view = viewThriftBody(
      hex(`80010001 00000001 6d 00000000
        02 0001 01   03 0002 ff   04 0003 3ff8000000000000   06 0004 fffe   08 0005 00000005
        0a 0006 8000000000000000   0b 0007 00000002 ff00   0c 0008 00
        0d 0009 0b 02 00000001 00000001 6b 00   0e 000a 08 00000000
        10 000b 00112233445566778899aabbccddeeff   00`),
    );
    expect(view.problems).toEqual([]);
    expect(view.body.fields.map(({ id, value }) => [id, plain(value)])).toEqual([
      [1, { type: 'bool', value: true }],
      [2, { type: 'i8', value: -1 }],
      [3, { type: 'double', value: 1.5 }],
      [4, { type: 'i16', value: -2 }],
      [5, { type: 'i32', value: 5 }],
      [6, { type: 'i64', value: -(2n ** 63n) }],
      [7, { type: 'binary', hex: 'ff00' }],
      [8, { type: 'struct', fields: [] }],
      [9, { type: 'map', keyType: 'string', valueType: 'bool', entries: [[text('k'), bool(false)]] }],
      [10, { type: 'set', elementType: 'i32', elements: [] }],
      [11, { type: 'uuid', value: '00112233-4455-6677-8899-aabbccddeeff' }],
    ]);
  });

  test('the compact protocol: bools in field headers, short and long ids, an empty map', () => {
    const view = viewThriftBody(hex('8221 05 01 6d   11   22   05 c801 0f   1b 00   00'));
    expect(view.problems).toEqual([]);
    expect(view.body.fields.map(({ id, value }) => [id, plain(value)])).toEqual([
      [1, { type: 'bool', value: true }],
      [3, { type: 'bool', value: false }],
      [100, { type: 'i32', value: -8 }],
      [101, { type: 'map', keyType: undefined, valueType: undefined, entries: [] }],
    ]);
  });

  test('the compact protocol, version 2: doubles big-endian, floats instead of uuids', () => {
    const bytes = hex('8222 05 01 6d   17 3ff8000000000000   1d 3fc00000   00');
    const view = viewThriftBody(bytes);
    expect(view.problems).toEqual([]);
    expect(view.body.fields.map(({ id, value }) => [id, plain(value)])).toEqual([
      [1, { type: 'double', value: 1.5 }],
      [2, { type: 'double', value: 1.5 }],
    ]);
    const setFields = [
      { path: [1], value: 2 },
      { path: [2], value: 2 },
    ];
    const rewritten = rewriteThrift({ parts: [bytes], complete: true, truncated: false }, { setFields });
    expect(viewThriftBody(rewritten.parts?.[0] as Uint8Array).body.fields.map(({ value }) => plain(value))).toEqual([
      { type: 'double', value: 2 },
      { type: 'double', value: 2 },
    ]);
  });

  test('a size larger than the message ends it there and then', () => {
    const view = viewThriftBody(hex('80010001 00000001 6d 00000000   08 0001 00000005   0f 0002 08 7fffffff'));
    expect(view.problems).toEqual(['size-beyond-message']);
    expect(view.body.fields.map((field) => field.id)).toEqual([1, 2]);
  });

  test('structs within each other beyond the limit', () => {
    const view = viewThriftBody(
      Buffer.concat([hex('80010001 00000001 6d 00000000'), Buffer.alloc(30_000, hex('0c0001'))]),
    );
    expect(view.problems).toEqual(['too-deep']);
  });

  test('more values than people look at', () => {
    const list = Buffer.concat([hex('82210001 6d 19 f1'), hex('ffff1f'), Buffer.alloc(600_000, 1)]);
    expect(viewThriftBody(list).problems).toEqual(['too-many-values']);
  });

  test('bytes behind the message are said', () => {
    expect(viewThriftBody(framed(Buffer.concat([apacheMessage('binary', CALL), hex('00')]))).problems).toEqual([
      'bytes-behind-message',
    ]);
  });

  test('missing bytes: the fields before them are seen', () => {
    const bytes = apacheMessage('binary', CALL);
    const view = viewThrift(message(bytes, { missing: [{ offset: bytes.length - 6, byteCount: 10 }] }));
    expect(view.body.fields.map((field) => field.id)).toEqual([1, 2]);
    expect(view.problems).toEqual(['cut-off', 'bytes-missing']);
  });
});

describe('answers', () => {
  const reply = (...fields: [number, PlainValue][]) =>
    viewThriftBody(apacheMessage('binary', { name: 'find', kind: KIND.reply, sequenceId: 0, body: struct(...fields) }));

  test('success, a declared exception, void', () => {
    expect(reply([0, i32(5)]).result).toMatchObject({ kind: 'success', field: { id: 0, value: { value: 5 } } });
    expect(reply([2, struct([1, text('no')])]).result).toMatchObject({ kind: 'exception', field: { id: 2 } });
    expect(reply().result).toEqual({ kind: 'void', field: undefined });
  });

  test('an application exception has its name', () => {
    const body = struct([1, text('Invalid method name')], [2, i32(1)]);
    const view = viewThriftBody(apacheMessage('compact', { name: 'x', kind: KIND.exception, sequenceId: 1, body }));
    expect(view.applicationException).toEqual({ message: 'Invalid method name', type: 1, typeName: 'UNKNOWN_METHOD' });
  });
});

describe('in HTTP', () => {
  test('content types', () => {
    expect(
      ['application/x-thrift', 'application/vnd.apache.thrift.compact; charset=x'].every(isThriftContentType),
    ).toBe(true);
    expect(['application/json', 'application/x-thrifty', ''].some(isThriftContentType)).toBe(false);
  });

  test('the JSON protocol keeps i64 exact', () => {
    const json = `[1,"find",1,9,{"1":{"rec":{"1":{"i64":1152921504606846976},"2":{"str":"9999999999999999999"}}},
      "2":{"lst":["i32",2,1,-2]},"3":{"tf":1},"4":{"map":["str","i8",1,{"k":3}]},"5":{"dbl":"NaN"}}]`;
    const view = viewThriftBody(Buffer.from(json));
    expect(view).toMatchObject({ encoding: 'json', method: 'find', sequenceId: 9, problems: [] });
    expect(view.body.fields.map(({ value }) => plain(value))).toEqual([
      struct([1, i64(2n ** 60n)], [2, text('9999999999999999999')]),
      list('i32', i32(1), i32(-2)),
      bool(true),
      { type: 'map', keyType: 'string', valueType: 'i8', entries: [[text('k'), { type: 'i8', value: 3 }]] },
      { type: 'double', value: Number.NaN },
    ]);
  });

  test('JSON that is no message, or deep', () => {
    expect(viewThriftBody(Buffer.from('[1,2]')).problems).toEqual(['not-json']);
    const deep = `[1,"m",1,0,${'{"1":{"rec":'.repeat(100)}{}${'}}'.repeat(100)}]`;
    expect(viewThriftBody(Buffer.from(deep)).problems).toEqual(['too-deep']);
  });
});
