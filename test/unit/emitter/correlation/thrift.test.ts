import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PreparedRequest } from '../../../../core/index.ts';
import { type CorrelationOptions, Correlator, correlationSchema } from '../../../../emitter/correlation/index.ts';
import { locateSequenceIds } from '../../../../parser/index.ts';
import { request } from '../../../support/emitter/prepared-request.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import {
  apacheMessage,
  framed,
  i32,
  i64,
  KIND,
  list,
  type PlainStruct,
  struct,
  text,
  theader,
  ttheader,
  type WrittenEncoding,
} from '../../../support/thrift/index.ts';

const ENCODINGS = ['binary', 'compact'] as const satisfies readonly WrittenEncoding[];
type Encoding = (typeof ENCODINGS)[number];

const reply = (body: PlainStruct, encoding: Encoding = 'binary'): Buffer =>
  framed(apacheMessage(encoding, { name: 'logIn', kind: KIND.reply, sequenceId: 7, body }));
const payload = (body: PlainStruct, encoding: Encoding = 'binary'): Buffer =>
  apacheMessage(encoding, { name: 'find', kind: KIND.call, sequenceId: 9, body });
const prepared = (bytes: Buffer): PreparedRequest =>
  request(bytes, { protocol: 'thrift', wire: 'thrift framed binary', sequence: locateSequenceIds(bytes) });

function learnt(rule: CorrelationOptions[number], recorded: Buffer, replayed: Buffer): Correlator {
  const correlator = new Correlator(correlationSchema.parse([rule]));
  const learnable = correlator.recorded(
    exchange({ protocol: 'thrift', operation: 'logIn', status: 0, response: message('', recorded) }),
  );
  if (learnable !== undefined) correlator.learn('s', learnable, replayed);
  return correlator;
}

const sent = (correlator: Correlator, bytes: Buffer): Buffer =>
  Buffer.from(correlator.rewrite('s', prepared(bytes)).parts[0] as Uint8Array);

const TOKEN = { name: 'token', learn: { from: 'field:0.1' } };
const withToken = (): Correlator =>
  learnt(
    TOKEN,
    reply(struct([0, struct([1, text('old-token')])])),
    reply(struct([0, struct([1, text('a-longer-token')])])),
  );

describe.each(ENCODINGS)('%s', (encoding) => {
  test('texts, those in lists and within a text among them, in a frame of the new length', () => {
    const body = (token: string): PlainStruct =>
      struct([1, text(token)], [2, struct([1, list('string', text('x'), text(`Bearer ${token}`))])], [3, i32(5)]);
    expect(sent(withToken(), framed(payload(body('old-token'), encoding)))).toEqual(
      framed(payload(body('a-longer-token'), encoding)),
    );
  });

  test('integers of the value', () => {
    const correlator = learnt(
      { name: 'order', learn: { from: 'field:0' } },
      reply(struct([0, i64(9_007_199_254_740_993n)])),
      reply(struct([0, i64(-9_007_199_254_740_995n)])),
    );
    expect(sent(correlator, framed(payload(struct([1, i64(9_007_199_254_740_993n)]), encoding)))).toEqual(
      framed(payload(struct([1, i64(-9_007_199_254_740_995n)]), encoding)),
    );
  });
});

test('an integer that the new value does not fit stays', () => {
  const correlator = learnt(
    { name: 'order', learn: { from: 'field:0' } },
    reply(struct([0, i32(1_234_567)])),
    reply(struct([0, i64(9_007_199_254_740_995n)])),
  );
  const before = prepared(framed(payload(struct([1, i32(1_234_567)]))));
  expect(correlator.rewrite('s', before)).toBe(before);
  expect(correlator.report().rules[0]).toMatchObject({ learnt: 1, replaced: 0 });
});

test('headers of the transport, the marker apart, and the places of the sequence id with them', () => {
  const wrapped = (token: string): Buffer =>
    ttheader(payload(struct([1, i32(1)])), {
      text: { token, 'x-bytecopy-replay': 'old-token' },
      integer: { 9: token },
      sequenceId: 9,
    });
  const after = withToken().rewrite('s', prepared(wrapped('old-token')));
  expect(Buffer.from(after.parts[0] as Uint8Array)).toEqual(wrapped('a-longer-token'));
  expect(after.sequence).toEqual(locateSequenceIds(wrapped('a-longer-token')));
  expect(after.byteCount).toBe(wrapped('a-longer-token').length);
});

test('learnt from a header of the transport', () => {
  const answer = (token: string): Buffer =>
    theader(apacheMessage('binary', { name: 'logIn', kind: KIND.reply, sequenceId: 7, body: struct() }), {
      text: { token },
    });
  const correlator = learnt(
    { name: 'token', learn: { from: 'header:Token' } },
    answer('old-token'),
    answer('new-token'),
  );
  expect(sent(correlator, framed(payload(struct([1, text('old-token')]))))).toEqual(
    framed(payload(struct([1, text('new-token')]))),
  );
});

test('within a compressed payload', () => {
  const wrapped = (token: string): Buffer =>
    theader(deflateSync(payload(struct([1, text(token)]))), { transforms: [1], sequenceId: 9 });
  expect(sent(withToken(), wrapped('old-token'))).toEqual(wrapped('a-longer-token'));
});

test('a call without the value, and bytes that are no call, stay the very request', () => {
  for (const bytes of [framed(payload(struct([1, text('other')]))), Buffer.from('old-token'), Buffer.alloc(0)]) {
    const before = prepared(bytes);
    expect(withToken().rewrite('s', before)).toBe(before);
  }
});
