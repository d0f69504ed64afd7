import { describe, expect, test } from 'vitest';
import { checkReplayOptions } from '../../../../emitter/options.ts';
import { proxyPreface } from '../../../../emitter/request/client-address.ts';
import { RequestPreparer } from '../../../../emitter/request/request-preparer.ts';
import { parseTarget } from '../../../../emitter/target.ts';
import { exchange, get } from '../../../support/emitter/recording.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const SIGNATURE = '0d0a0d0a000d0a515549540a';

describe('the PROXY protocol, version 2', () => {
  test('over IPv4: twelve octets of addresses and ports', () => {
    const client = { address: '192.0.2.7', port: 40_000 };
    const server = { address: '192.0.2.80', port: 8080 };
    expect(hex(proxyPreface({ client, server }))).toBe(`${SIGNATURE}2111000cc0000207c00002509c401f90`);
  });

  test('over IPv6, short forms written out, and IPv4 beside it in its mapped form', () => {
    const client = { address: '2001:db8::7', port: 1 };
    const server = { address: '::ffff:192.0.2.80', port: 2 };
    const addresses = '20010db8000000000000000000000007' + '00000000000000000000ffffc0000250';
    expect(hex(proxyPreface({ client, server }))).toBe(`${SIGNATURE}21210024${addresses}00010002`);
    const mixed = proxyPreface({ client, server: { address: '192.0.2.80', port: 2 } });
    expect(hex(mixed)).toBe(`${SIGNATURE}21210024${addresses}00010002`);
  });
});

function built(clientAddress: string, head: string) {
  const options = checkReplayOptions({ target: 'http://192.0.2.9', runId: 'run', clientAddress });
  const preparer = new RequestPreparer(options, [parseTarget(options.target)]);
  const recorded = exchange(head);
  expect(preparer.check(recorded)).toBeUndefined();
  const request = preparer.build(recorded);
  return { ...request, text: Buffer.concat(request.parts).toString() };
}

test('X-Forwarded-For grows by the client, any other header is set', () => {
  expect(built('x-forwarded-for', get(1)).text).toContain('\r\nx-forwarded-for: 192.0.2.7\r\n');
  const forwarded = get(1).replace('\r\n\r\n', '\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n');
  expect(built('x-forwarded-for', forwarded).text).toContain('\r\nX-Forwarded-For: 198.51.100.1, 192.0.2.7\r\n');
  expect(built('x-real-ip', get(1)).text).toContain('\r\nx-real-ip: 192.0.2.7\r\n');
});

test('with the PROXY protocol each client has connections of its own, and the request stays as it is', () => {
  const { text, wire, preface } = built('proxy-v2', get(1));
  expect(wire).toBe('http1 from 192.0.2.7 40000');
  expect(hex(preface ?? new Uint8Array(0))).toContain(SIGNATURE);
  expect(text).not.toContain('192.0.2.7');
});
