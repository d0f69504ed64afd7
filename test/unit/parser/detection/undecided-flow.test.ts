/** What decides where first bytes leave it open: the other side, the config, and what stands before the protocol. */
import { describe, expect, test } from 'vitest';
import type { ServiceProtocol } from '../../../../parser/index.ts';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../../support/conversation.ts';
import { call, framed, message, reply, u32 } from '../../../support/thrift/wire.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const get = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
const noContent = 'HTTP/1.1 204 No\r\n\r\n';
const V2 = '0d0a0d0a000d0a515549540a';

describe.each([1, 4, 1_000_000])('cut every %i bytes', (cut) => {
  const talk = (options = {}, flow = HANDSHAKE_FLOW) => conversation(options, flow, cut);
  const hinted = (protocol: ServiceProtocol, port = 80) => talk({ services: [{ name: 'a', port, protocol }] });
  const discarded = (c: ReturnType<typeof talk>, reason: string) =>
    c.ledger.account('stream bytes', '').aside('discarded', reason);

  test.each([
    ['smtp', '220 mx ready\r\n', 'EHLO a\r\n'],
    ['ftp', '220 ready\r\n', 'USER anonymous\r\n'],
    ['pop3', '+OK hello\r\n', 'USER me\r\n'],
    ['imap', '* OK hello\r\n', 'a1 CAPABILITY\r\n'],
  ])('%s: the banner and what the client says', (name, banner, first) => {
    expect(talk().server(banner).client(first).close(0).close(1).told).toEqual([`session ${name}`]);
  });

  test('memcached, which is a likely guess, is one when the server says nothing else', () => {
    expect(talk().client('get some-key\r\n').server('END\r\n').close(0).close(1).told).toEqual(['session memcached']);
    expect(talk().client('get some-key\r\n').server('HTTP/1.0 400 Bad\r\n\r\n').close(1).end().told).toEqual([
      'response-only 400 (request-not-seen)',
    ]);
  });

  test('gRPC is told from plain HTTP/2 though the server may speak first', () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const settings = hex('00 00 00 04 00 00 00 00 00');
    const headers = hex('00 00 0e 01 04 00 00 00 01 83 86 5f 8b 1d 75 d0 62 0d 26 3d 4c 4d 65 64');
    const c = talk()
      .client(preface)
      .server(settings)
      .client(Buffer.concat([settings, headers]));
    expect(c.close(0).close(1).told).toEqual(['session grpc']);
  });

  test('a hint for HTTP takes what the bytes leave open, and nothing that is sure', () => {
    const odd = 'get item\r\nHost: a\r\n\r\n';
    expect(hinted('http1').client(odd).server(noContent).end().ledger.fact('flows:http1')).toBe(1);
    expect(talk().client(odd).server('END\r\n').end().ledger.fact('flows:memcached')).toBe(1);
    expect(hinted('http1').client('SSH-2.0-x\r\n').end().ledger.fact('flows:ssh')).toBe(1);
    expect(hinted('http1', 81).client(odd).server('END\r\n').end().ledger.fact('flows:memcached')).toBe(1);
  });

  test('a hint for TCP makes a session of anything', () => {
    expect(hinted('tcp').client(get).server(noContent).close(0).close(1).told).toEqual(['session http1']);
    const hello = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';
    expect(hinted('tcp').client(hello).close(0).close(1).told).toEqual(['session tls']);
    const midway = { ...HANDSHAKE_FLOW, orientation: 'port' as const };
    const c = talk({ services: [{ name: 'a', port: 80, protocol: 'tcp' }] }, midway);
    expect(c.client('\xfa\xce\xb0\x0c\xfa\xce\xb0\x0c').close(0).close(1).told).toEqual(['session unknown']);
  });

  test.each([
    ['no password', '05 01 00', '05 00', '', ''],
    ['a password', '05 02 00 02', '05 02', '01 02 6d 65 03 61 62 63', '01 00'],
  ])('SOCKS 5 with %s is passed over', (_name, greeting, method, password, status) => {
    const c = talk().client(hex(greeting)).server(hex(method)).client(hex(password)).server(hex(status));
    c.client(hex('05 01 00 03 01 61 00 50')).server(hex('05 00 00 01 0a 00 00 01 04 00'));
    c.client(get).server(noContent).end();
    expect(c.told).toEqual(['paired GET /a 204']);
    expect(c.ledger.fact('flows:socks')).toBe(1);
    const passed = hex(greeting + password).length + hex(method + status).length + 8 + 10;
    expect(discarded(c, 'not-parsed:socks')).toBe(passed);
  });

  test('SOCKS 4a too, and other protocols behind it', () => {
    const c = talk().client(hex('04 01 00 50 00 00 00 01 6d 65 00 61 2e 62 00')).server(hex('00 5a 00 00 00 00 00 00'));
    c.client('*1\r\n$4\r\nPING\r\n').server('+PONG\r\n').close(0).close(1);
    expect(c.told).toEqual(['session redis']);
    expect(textOf(c.exchanges[0]?.response)).toBe('+PONG\r\n');
  });

  test('SASL in front of Thrift: start, one more, complete; PLAIN as Hive has it', () => {
    const credentials = '\0hive\0secret';
    const sasl = (status: number, text: string) =>
      Buffer.concat([Buffer.from([status]), u32(text.length), Buffer.from(text)]);
    const opening = [sasl(1, 'PLAIN'), sasl(2, credentials)] as const;
    const c = talk().client(Buffer.concat(opening)).server(sasl(5, ''));
    const open = framed(message('binary', call('OpenSession', 1)));
    c.client(open).server(framed(message('binary', reply('OpenSession', 1))));
    expect(c.end().told).toEqual(['paired OpenSession']);
    expect(c.ledger.fact('flows:thrift-sasl')).toBe(1);
    expect(c.exchanges[0]?.request?.streamOffset).toBe(Buffer.concat(opening).length);
    expect(discarded(c, 'not-parsed:thrift-sasl')).toBe(Buffer.concat(opening).length + 5);
    const refused = talk().client(Buffer.concat(opening)).server(sasl(3, 'no')).close(1).close(0);
    expect(refused.exchanges.filter(({ protocol }) => protocol === 'thrift')).toEqual([]);
  });

  test.each([
    ['version 1', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.2 56324 80\r\n'), '192.0.2.1:56324'],
    ['version 1, IPv6', Buffer.from('PROXY TCP6 2001:DB8::1 ::1 56324 80\r\n'), '[2001:db8::1]:56324'],
    ['version 1, unknown', Buffer.from('PROXY UNKNOWN\r\n'), undefined],
    ['version 2', hex(`${V2} 21 11 00 0c c0 00 02 01 0a 00 00 02 dc 04 00 50`), '192.0.2.1:56324'],
    [
      'version 2, IPv6 with more behind',
      hex(`${V2} 21 21 00 28 20010db8000000000000000000000001 ${'00'.repeat(16)} dc 04 00 50 04 00 01 00`),
      '[2001:db8::1]:56324',
    ],
    ['version 2, local', hex(`${V2} 20 00 00 00`), undefined],
  ])('the PROXY protocol, %s, is passed over', (_name, header, proxiedClient) => {
    const http = talk().client(header).client(get).server(noContent).end();
    expect(http.told).toEqual(['paired GET /a 204']);
    expect(http.exchanges[0]?.request?.streamOffset).toBe(header.length);
    expect(http.exchanges[0]?.attributes).toEqual(proxiedClient === undefined ? {} : { proxiedClient });
    expect(discarded(http, 'not-parsed:proxy-protocol')).toBe(header.length);
    const redis = talk().client(header).client('*1\r\n$4\r\nPING\r\n').server('+PONG\r\n').close(0).close(1);
    expect(redis.exchanges[0]?.attributes.proxiedClient).toBe(proxiedClient);
  });
});

test('what looks like SOCKS in the middle of a flow is not', () => {
  const midway = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };
  const c = conversation({}, midway)
    .client('\xfa\xce\xb0\x0c')
    .client(hex('04 01 00 50 00 00 00 01 6d 00'))
    .client(get);
  expect(c.server(noContent).end().told).toEqual(['paired GET /a 204']);
  expect(c.ledger.fact('flows:socks')).toBe(0);
});

test('in the middle of a flow what is likely counts when both sides say so', () => {
  const midway = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };
  const c = conversation({}, midway).client('a1 CAPABILITY\r\n');
  expect(c.server('* CAPABILITY IMAP4\r\n').close(0).close(1).told).toEqual(['session imap']);
  const one = conversation({}, midway).client('a1 CAPABILITY\r\n').server('ok then\r\n').close(0).close(1);
  expect(one.told).toEqual([]);
});

test('a PROXY header without end is not one', () => {
  const c = conversation()
    .client(`PROXY TCP4 ${'1'.repeat(2000)}`)
    .close(0)
    .close(1);
  expect(c.told).toEqual(['session unknown']);
});

describe.each([1, 7, 1_000_000])('the first bytes of a flow are lost; cut every %i bytes', (cut) => {
  const talk = () => conversation({}, HANDSHAKE_FLOW, cut);
  const answer = 'HTTP/1.1 204 No Content\r\n\r\n';
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

  test('a pipelined request in the middle of a chunk is read once the server shows what the flow speaks', () => {
    const c = talk()
      .lose(0, 40)
      .client(`x: y\r\n\r\n${ask('/b')}`)
      .server(`${answer}${answer}`)
      .close(0)
      .close(1);
    expect(c.told).toEqual(['response-only 204 (request-not-seen)', 'paired GET /b 204']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'after-gap')).toBe(8);
  });

  test('what the client sends of the lost request is not taken for what a server says', () => {
    const c = talk().lose(0, 40).client('HTTP/1.1 200 OK\r\n\r\nno').server(answer);
    expect(c.client(ask('/b')).server(answer).end().told).toEqual([
      'response-only 204 (request-not-seen)',
      'paired GET /b 204',
    ]);
  });

  test('an opaque protocol is counted, and held no longer than it can tell something', () => {
    const c = talk().lose(0, 40).client(new Uint8Array(4000).fill(0xfa)).wait(11_000);
    expect(c.ledger.account('stream bytes', '').held).toBeLessThan(100);
    expect(c.client(new Uint8Array(200_000)).end().told).toEqual([]);
    expect(c.ledger.fact('flows:undecided')).toBe(1);
  });

  test('what is held is bounded, and everything given up when there is too much', () => {
    const c = talk().lose(0, 1);
    for (let i = 0; i < 70; i++) c.client(new Uint8Array(1024).fill(1)).skipTime(1);
    expect(c.ledger.account('stream bytes', '').held).toBeLessThan(100);
    for (let i = 0; i < 3; i++) c.lose(1, 5);
    expect(c.server(answer).client(ask('/b')).server(answer).end().told).toContain('paired GET /b 204');
  });

  test('a proxy header that comes behind the other side is passed over', () => {
    const c = talk()
      .lose(1, 40)
      .client(`PROXY TCP4 10.1.1.1 10.1.1.2 5 80\r\n${ask('/b')}`)
      .server(answer)
      .end();
    expect(c.told.at(-1)).toContain('GET /b');
  });

  test('what may begin a prelude when the gap comes is given up, once', () => {
    const c = talk().client('\x05\x01').lose(0, 1).server('\x05').lose(1, 1).end();
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'mid-stream')).toBe(3);
  });
});
