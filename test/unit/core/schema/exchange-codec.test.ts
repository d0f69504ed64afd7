import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import {
  decodeExchange,
  type Exchange,
  encodeExchange,
  encodeExchangeInto,
  NO_ORIGIN,
  SchemaWriter,
} from '../../../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const proto = protobuf
  .loadSync(fileURLToPath(new URL('../../../../core/schema/exchange.proto', import.meta.url)))
  .lookupType('bytecopy.v1.Exchange');

/** Every field of the schema holds something. */
const FULL: Exchange = exchange({
  id: { at: NOON_MICROS, flow: 'f00df00d12345678', offset: 2 ** 40 + 1, index: 0x81 },
  flow: flow({
    id: 'f00df00d12345678',
    client: { address: '2001:db8::7', port: 65535 },
    network: 'vlan:12/vxlan:7',
    vantage: 'callee',
    orientation: 'port',
  }),
  origin: { tenant: 'shop', environment: 'prod', region: 'eu', instance: 'node-1', labels: { team: 'β', __proto: '' } },
  operation: 'GET /café/灯𰀀',
  path: '/café/灯𰀀',
  reason: 'gap',
  outcome: 'response-only',
  trace: { traceId: 'ab', spanId: 'cd', parentSpanId: 'ef' },
  session: 'user-17',
  interim: [message('HTTP/1.1 103 Early Hints\r\n\r\n')],
  notes: ['bare-lf', ''],
  request: message('POST / HTTP/1.1\r\n\r\n', 'x'.repeat(300), {
    parts: [new Uint8Array(300).fill(7), new Uint8Array(0), new Uint8Array(5)],
    complete: false,
    truncated: true,
    missing: [
      { offset: 0, byteCount: 9 },
      { offset: 300, byteCount: 2 ** 33 },
    ],
  }),
  sealed: [{ side: 'response', offset: 9, byteCount: 12, keyId: 'k1', sealed: new Uint8Array([1, 2, 3]) }],
  attributes: { transport: 'framed', sequenceId: '7' },
  turns: [{ direction: 1, byteCount: 300, firstByteAt: 1_700_000_000_000_000 }],
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test('an exchange comes back as it was', () => {
  for (const one of [exchange(), FULL, exchange({ trace: undefined, request: undefined, response: undefined })]) {
    expect(decodeExchange(encodeExchange(one))).toEqual(one);
  }
});

test('an exchange that fills a slab, and one that is larger than a slab, come back as they were', () => {
  const all = Array.from({ length: 200 }, (_, i) =>
    exchange({ response: message(`HTTP/1.1 200 OK\r\nX: ${i}\r\n\r\n`, 'b'.repeat(i === 50 ? 70_000 : 1000)) }),
  );
  const encoded = all.map(encodeExchange);
  expect(encoded.map(decodeExchange)).toEqual(all);
});

test('exchanges in one writer are where the positions say', () => {
  const writer = new SchemaWriter(new Uint8Array(16));
  encodeExchangeInto(exchange(), writer);
  const end = writer.pos;
  encodeExchangeInto(FULL, writer);
  expect(decodeExchange(writer.buf.subarray(0, end))).toEqual(exchange());
  expect(decodeExchange(writer.buf.subarray(end, writer.pos))).toEqual(FULL);
});

test('decoded parts are views of the bytes, not copies', () => {
  const bytes = encodeExchange(exchange());
  const [part] = decodeExchange(bytes).response?.parts ?? [];
  expect(part?.buffer).toBe(bytes.buffer);
});

test('exchanges of one flow share one flow; a flow seen anew does not', () => {
  const bytes = encodeExchange(exchange());
  expect(decodeExchange(bytes).flow).toBe(decodeExchange(bytes).flow);
  const later = exchange({ flow: flow({ startedAt: 5 }) });
  expect(decodeExchange(encodeExchange(later)).flow).toEqual(later.flow);
});

test('what says nothing is not written', () => {
  const decoded = decodeExchange(
    encodeExchange(exchange({ origin: { ...NO_ORIGIN }, trace: { traceId: '', spanId: '', parentSpanId: '' } })),
  );
  expect(decoded.trace).toBeUndefined();
  expect(decoded.origin).toEqual(NO_ORIGIN);
});

test('a protobuf reader of another make reads what is written here', () => {
  const read = proto.toObject(proto.decode(encodeExchange(FULL)), { longs: String, arrays: true });
  expect(read).toMatchObject({
    version: 1,
    atMicros: String(NOON_MICROS),
    flowId: String(0xf00df00d12345678n),
    streamOffset: String(2 ** 40 + 1),
    index: 0x81,
    flow: { clientAddress: '2001:db8::7', clientPort: 65535, network: 'vlan:12/vxlan:7', orientation: 'port' },
    origin: { tenant: 'shop', labels: { team: 'β', __proto: '' } },
    operation: 'GET /café/灯𰀀',
    traceId: 'ab',
    spanId: 'cd',
    parentSpanId: 'ef',
    session: 'user-17',
    request: { truncated: true, missing: [{ byteCount: '9' }, { offset: '300', byteCount: String(2 ** 33) }] },
    interim: [{ complete: true }],
    notes: ['bare-lf', ''],
    sealed: [{ inResponse: true, offset: '9', byteCount: '12', keyId: 'k1' }],
    attributes: { transport: 'framed', sequenceId: '7' },
    turns: [{ fromServer: true, byteCount: '300', firstByteAtMicros: '1700000000000000' }],
  });
  expect(read.request.parts.map((part: Uint8Array) => part.length)).toEqual([300, 0, 5]);
});

test('what a protobuf writer of another make writes is read here', () => {
  expect(decodeExchange(proto.encode(proto.decode(encodeExchange(FULL))).finish())).toEqual(FULL);
});

test('fields of a later minor change are skipped', () => {
  const writer = new SchemaWriter();
  writer.writeStringField(90, 'later');
  writer.writeVarintField(91, 2 ** 50);
  writer.writeFixed32Field(92, 1);
  writer.writeFixed64Field(93, 1);
  encodeExchangeInto(exchange(), writer);
  expect(decodeExchange(writer.finish())).toEqual(exchange());
});

test('bytes of a later version are refused by name', () => {
  const bytes = Uint8Array.from(encodeExchange(exchange()));
  bytes[1] = 2;
  expect(thrownBy(() => decodeExchange(bytes))).toMatchObject({
    code: 'SCHEMA_NEWER',
    message: 'an exchange of schema version 2; this build reads up to 1',
  });
});

test.each([
  ['nothing', new Uint8Array(0), 'schema version 0'],
  ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), ''],
  ['an endless number', new Uint8Array(40).fill(0xff), ''],
  ['a version above 2^53', Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), ''],
])('%s is refused', (_name, bytes, finding) => {
  const error = thrownBy(() => decodeExchange(bytes)) as { code: string; message: string };
  expect(['SCHEMA_INVALID', 'SCHEMA_NEWER']).toContain(error.code);
  expect(error.message).toContain(finding);
});

test('an exchange cut at any byte is refused or is shorter, and never another error', () => {
  const bytes = encodeExchange(FULL);
  let refused = 0;
  for (let end = 0; end < bytes.length; end++) {
    const error = thrownBy(() => decodeExchange(bytes.subarray(0, end)));
    if (error instanceof Error) {
      expect(error).toMatchObject({ code: 'SCHEMA_INVALID' });
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(bytes.length / 2);
});

test('an unknown protocol is refused and named', () => {
  const error = thrownBy(() => decodeExchange(encodeExchange(exchange({ protocol: 'smoke' as 'tcp' }))));
  expect(error).toMatchObject({ code: 'SCHEMA_INVALID', message: 'not an exchange: unknown protocol "smoke"' });
});

test('a flow id that is none is the bug of whoever made it', () => {
  expect(() => encodeExchange(exchange({ flow: flow({ id: 'flow-1' }) }))).toThrow(TypeError);
});
