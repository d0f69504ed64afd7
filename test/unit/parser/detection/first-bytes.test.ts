import { describe, expect, test } from 'vitest';
import { judgeFirstBytes } from '../../../../parser/detection/first-bytes.ts';
import { conversation } from '../../../support/conversation.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const text = (line: string) => Buffer.from(line, 'latin1');

const CASES: readonly (readonly [string, Buffer])[] = [
  ['http-request', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['http-request', text('\r\n\r\nget /x y HTTP/1.0\n')],
  ['http-request', text('GET /old\r\n')],
  ['http-request', text(`GET /${'x'.repeat(2000)}`)],
  ['http-response', text('HTTP/1.1 200 OK\r\n')],
  ['http2', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['http2', hex('00 00 12 04 00 00 00 00 00 00 03')],
  ['tls', hex('16 03 01 02 00 01 00 01 fc 03 03')],
  ['ssh', text('SSH-2.0-OpenSSH_9.2\r\n')],
  ['smtp', text('220 mx.example ESMTP Postfix\r\n')],
  ['smtp', text('EHLO client\r\n')],
  ['ftp', text('220 ready\r\n')],
  ['redis', text('*1\r\n$4\r\nPING\r\n')],
  ['memcached', text('get some-key\r\n')],
  ['rtsp', text('OPTIONS rtsp://a/b RTSP/1.0\r\n')],
  ['sip', text('SIP/2.0 200 OK\r\n')],
  ['mysql', hex('4a 00 00 00 0a 35 2e 37 2e 33')],
  ['postgresql', hex('00 00 00 54 00 03 00 00 75 73 65 72 00')],
  ['mongodb', hex('3f 00 00 00 01 00 00 00 00 00 00 00 d4 07 00 00 00 00')],
  ['kafka', hex('00 00 00 23 00 12 00 03 00 00 00 01 00 08 63 6c 69 65 6e 74 2d 31')],
  ['amqp', text('AMQP\x00\x00\x09\x01')],
  ['thrift', hex('00 00 00 1c 80 01 00 01 00 00 00 04 70 69 6e 67')],
  ['thrift', hex('80 01 00 01 00 00 00 04 70 69 6e 67 00 00 00 00')],
  ['thrift', hex('82 21 00 04 70 69 6e 67')],
  ['thrift', hex('00 00 00 40 0f ff 00 00 00 00 00 01')],
  ['dns', hex('00 1d ab cd 01 00 00 01 00 00 00 00 00 00 03 77 77 77')],
  ['unknown', hex('fa ce b0 0c fa ce b0 0c fa ce b0 0c fa ce b0 0c')],
  ['unknown', text('some words and then\r\n')],
];

describe('judgeFirstBytes', () => {
  test.each(CASES)('%s', (verdict, bytes) => {
    expect(judgeFirstBytes(bytes)).toBe(verdict);
  });

  test.each(CASES)('%s is never judged otherwise by its beginning', (verdict, bytes) => {
    for (let count = 1; count <= bytes.length; count++) {
      expect([verdict, 'undecided']).toContain(judgeFirstBytes(bytes.subarray(0, count)));
    }
  });
});

test('flows of other protocols are counted by name, their bytes too', () => {
  const hello = hex('16 03 01 02 00 01 00 01 fc 03 03');
  const c = conversation().client(hello).server(text('GET / HTTP/1.1\r\n\r\n')).end();
  expect(c.exchanges).toEqual([]);
  expect(c.ledger.fact('flows:tls')).toBe(1);
  expect(c.ledger.account('stream bytes', '').aside('discarded', 'not-http:tls')).toBe(hello.length + 18);
});

test('a banner of the server decides before the client speaks', () => {
  expect(
    conversation().server('220 mx ESMTP\r\n').client('GET / HTTP/1.1\r\n\r\n').end().ledger.fact('flows:smtp'),
  ).toBe(1);
});

test('HTTP through SOCKS is read behind the greeting', () => {
  const c = conversation()
    .client(hex('05 01 00'))
    .server(hex('05 00'))
    .client(hex('05 01 00 01 0a 00 00 02 00 50'))
    .server(hex('05 00 00 01 0a 00 00 01 04 00'))
    .client('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    .server('HTTP/1.1 204 No\r\n\r\n')
    .end();
  expect(c.told).toEqual(['paired GET /a 204']);
  expect(c.ledger.fact('flows:socks')).toBe(1);
});
