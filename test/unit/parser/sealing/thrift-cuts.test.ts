import { expect, test } from 'vitest';
import { parseIdl } from '../../../../cli/idl/parse-idl.ts';
import { type Exchange, type Message, messageBytes } from '../../../../core/index.ts';
import { type SecretCutterOptions, ThriftNames, unsealExchange } from '../../../../parser/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';
import { RING, sealingCutter } from '../../../support/sealing/index.ts';
import * as wire from '../../../support/thrift/wire.ts';

const SECRET = 'hushhush-4711';

const { body } = parseIdl(
  'struct User { 1: string name, 2: string password } service Login { string enter(1: User user, 2: string plain) }',
  'login.thrift',
);
const IDL = new ThriftNames([{ file: 'login.thrift', body, includes: new Map() }]);
const USER = wire.struct([1, wire.string('ada')], [2, wire.string(SECRET)]);
const enter = (encoding: wire.Encoding) =>
  wire.message(encoding, wire.call('enter', 7), [
    [1, USER],
    [2, wire.string('plain words')],
  ]);
const ping = wire.message('binary', wire.call('ping', 7));

function octets(one: Message | undefined): Buffer {
  return Buffer.from(messageBytes(one as Message));
}

function cut(
  bytes: Uint8Array,
  options: SecretCutterOptions = {},
): { whole: Exchange; sealed: Exchange; left: Buffer } {
  const whole = exchange({ protocol: 'thrift', request: message('', bytes), response: undefined });
  const sealed = sealingCutter(options).cut(whole);
  const back = unsealExchange(sealed, RING);
  if (back.kind !== 'verbatim') throw new Error(back.problem);
  expect(octets(back.exchange.request)).toEqual(Buffer.from(bytes));
  return { whole, sealed, left: octets(sealed.request) };
}

test.each(['binary', 'binary-old', 'compact'] as const)('%s: a field that the IDL names so', (encoding) => {
  for (const bytes of [enter(encoding), wire.framed(enter(encoding)), wire.ttheader(enter(encoding))]) {
    const { left } = cut(bytes, { idl: IDL });
    expect(left.toString('latin1')).toBe(
      Buffer.from(bytes).toString('latin1').replace(SECRET, '*'.repeat(SECRET.length)),
    );
  }
});

test('without an IDL fields have no names', () => {
  const { whole, sealed } = cut(enter('binary'));
  expect(sealed).toBe(whole);
});

test('strings of a map under a key that says so', () => {
  const headers = wire.map(
    'string',
    'string',
    [wire.string('auth_token'), wire.string(SECRET)],
    [wire.string('a'), wire.string('b')],
  );
  const bytes = wire.framed(wire.message('binary', wire.call('send', 1), [[1, headers]]));
  const { left, sealed } = cut(bytes);
  expect(left.includes(SECRET)).toBe(false);
  expect(left.includes('auth_token')).toBe(true);
  expect(sealed.sealed).toHaveLength(1);
});

test('headers with a secret name', () => {
  for (const bytes of [
    wire.theader(ping, { values: { authorization: SECRET, from: 'front' } }),
    wire.ttheader(ping, { values: { 'x-api-key': SECRET, from: 'front' } }),
    wire.ttheader(ping, { token: SECRET, values: { from: 'front' } }),
    wire.mesh(wire.framed(ping), { cookie: SECRET, from: 'front' }),
  ]) {
    const { left } = cut(bytes);
    expect(left.includes(SECRET)).toBe(false);
    expect(left.includes('front')).toBe(true);
  }
});

test('a payload that cannot be cut in its place is taken out as a whole', () => {
  const bytes = wire.theader(enter('compact'), { zlib: true });
  const { left, sealed } = cut(bytes, { idl: IDL });
  expect(left.length).toBe(bytes.length);
  expect(sealed.sealed).toHaveLength(1);
});

test('a call without secrets stays as it is, with an IDL too', () => {
  const bytes = wire.framed(wire.message('binary', wire.call('other', 1), [[1, wire.string('words')]]));
  const { whole, sealed } = cut(bytes, { idl: IDL });
  expect(sealed).toBe(whole);
});
