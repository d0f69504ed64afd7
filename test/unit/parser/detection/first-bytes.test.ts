import { describe, expect, test } from 'vitest';
import { judgeFirstBytes } from '../../../../parser/detection/first-bytes.ts';
import { conversation } from '../../../support/conversation.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const text = (line: string) => Buffer.from(line, 'latin1');

const hexOf = (line: string) => text(line).toString('hex');

/** A client's HTTP/2 connection: the preface, then frames. */
const h2 = (...frames: string[]) => Buffer.concat([text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ...frames.map(hex)]);
const SETTINGS = '00 00 06 04 00 00 00 00 00 00 03 00 00 00 64';
const headers = (block: string) => {
  const size = hex(block).length.toString(16).padStart(6, '0');
  return `${size} 01 04 00 00 00 01 ${block}`;
};

const CASES: readonly (readonly [string, Buffer])[] = [
  ['http-request', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['http-request', text('\r\n\r\nget /x y HTTP/1.0\n')],
  ['http-request', text('GET /old\r\n')],
  ['http-request', text(`GET /${'x'.repeat(2000)}`)],
  ['http-response', text('HTTP/1.1 200 OK\r\n')],
  ['http2', h2(SETTINGS, headers('82 84 87 41 01 61'))],
  ['grpc', h2(SETTINGS, '00 00 04 08 00 00 00 00 00 00 ff 00 00', headers(`83 86 5f 10 ${hexOf('application/grpc')}`))],
  ['grpc', h2(SETTINGS, headers('83 86 5f 8b 1d 75 d0 62 0d 26 3d 4c 4d 65 64'))],
  ['grpc', h2(SETTINGS, headers(`83 86 0f 10 16 ${hexOf('application/grpc+proto')}`))],
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
  ['thrift-call', hex('00 00 00 11 80 01 00 01 00 00 00 04 70 69 6e 67 00 00 00 01 00')],
  ['thrift-call', hex('80 01 00 01 00 00 00 04 70 69 6e 67 00 00 00 00 00')],
  ['thrift-call', hex('82 21 00 04 70 69 6e 67 00')],
  ['thrift-reply', hex('80 01 00 02 00 00 00 04 70 69 6e 67 00 00 00 00 00')],
  ['dns', hex('00 1d ab cd 01 00 00 01 00 00 00 00 00 00 03 77 77 77 00 00 01 00 01')],
  ['amqp', text('AMQP\x00\x01\x00\x00')],
  ['amqp', hex('01 00 00 00 00 02 0d 00 0a 00 0a 00 09')],
  ['mysql', hex('5a 00 00 00 0a 31 31 2e 34 2e 32 2d 4d 61 72 69 61 44 42 00')],
  ['mysql', hex('48 00 00 00 ff 6a 04 48 6f 73 74 20 27')],
  ['mysql', hex(`b4 00 00 01 8d a6 ff 19 00 00 00 01 ff ${'00'.repeat(23)} 72 6f 6f 74 00`)],
  ['postgresql', hex('00 00 00 08 04 d2 16 2f')],
  ['postgresql', hex('52 00 00 00 0c 00 00 00 05 61 62 63 64')],
  ['redis', text('*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n')],
  ['redis', text('PING\r\n')],
  ['redis', text('+PONG\r\n')],
  ['redis', text('%7\r\n$6\r\nserver\r\n')],
  ['redis', text('-NOAUTH Authentication required.\r\n')],
  ['kafka', hex('00 00 00 1f 00 03 00 00 00 00 00 02 00 0b 63 6f 6e 73 6f 6c 65 2d 63 6c 69 31')],
  ['cassandra', hex('04 00 00 00 05 00 00 00 00')],
  ['cassandra', hex('03 00 00 01 01 00 00 00 16 00 01 00 0b 43 51 4c 5f 56 45 52 53 49 4f 4e')],
  ['cassandra', hex('84 00 00 00 06 00 00 00 60 00 03')],
  ['cassandra', hex('03 00 00 00 05 00 00 00 00')],
  ['tds', hex('04 01 00 2b 00 00 01 00 00 00 1a 00 06')],
  ['rtmp', hex('03 00 0b 3a c2 00 00 00 00 12 34')],
  ['socks', hex('04 01 00 50 c0 00 02 01 00')],
  ['socks', hex('05 02 00 02')],
  ['thrift-sasl', hex('01 00 00 00 05 50 4c 41 49 4e')],
  ['memcached', hex('80 00 00 03 00 00 00 00 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 6b 65 79')],
  ['memcached', text('set some-key 0 60 5\r\nhello\r\n')],
  ['memcached', text('VALUE some-key 0 5\r\nhello\r\nEND\r\n')],
  ['mqtt', hex('10 10 00 04 4d 51 54 54 05 02 00 3c 00')],
  ['mqtt', hex('10 80 02 00 04 4d 51 54 54 04 c2 00 3c')],
  ['mqtt', hex('10 12 00 06 4d 51 49 73 64 70 03 02')],
  ['nats', text('INFO {"server_id":"NA","version":"2.10"}\r\n')],
  ['nats', text('CONNECT {"verbose":false}\r\n')],
  ['zookeeper', hex(`00 00 00 2d ${'00'.repeat(14)} 75 30 ${'00'.repeat(8)} 00 00 00 10 ${'00'.repeat(17)}`)],
  ['zookeeper', hex(`00 00 00 25 00 00 00 00 00 00 75 30 01 02 03 04 05 06 07 08 00 00 00 10 ${'ab'.repeat(16)} 00`)],
  ['zookeeper', text('Zookeeper version: 3.8.0\n')],
  ['dubbo', hex('da bb c2 00 00 00 00 00 00 00 00 01 00 00 00 c8')],
  ['brpc', text('PRPC\x00\x00\x00\x22\x00\x00\x00\x12')],
  ['ldap', hex('30 0c 02 01 01 60 07 02 01 03 04 00 80 00')],
  ['ldap', hex('30 84 00 00 00 10 02 01 01 61 84 00 00 00 07 0a 01 00')],
  ['smb', hex('00 00 00 85 ff 53 4d 42 72')],
  ['smb', hex('00 00 00 f0 fe 53 4d 42 40 00')],
  ['ftp', text('220 (vsFTPd 3.0.3)\r\n')],
  ['ftp', text('USER anonymous\r\n')],
  ['pop3', text('+OK Dovecot ready.\r\n')],
  ['imap', text('* OK [CAPABILITY IMAP4rev1] ready\r\n')],
  ['imap', text('a001 LOGIN user pass\r\n')],
  ['rdp', hex('03 00 00 13 0e e0 00 00 00 00 00 01 00 08 00 03 00 00 00')],
  ['rdp', hex('03 00 00 2a 25 e0 00 00 00 00 00 43 6f 6f 6b 69 65 3a 20')],
  ['vnc', text('RFB 003.008\n')],
  ['sip', text('INVITE sip:bob@example SIP/2.0\r\n')],
  ['elasticsearch', hex('45 53 00 00 00 2f 00 00 00 00 00 00 00 01 08 00 00 00 00')],
  ['hadoop-rpc', hex('68 72 70 63 09 00 00')],
  ['hbase', hex('48 42 61 73 00 50')],
  ['tds', hex('12 01 00 2f 00 00 01 00 00 00 1a 00 06 01 00 20')],
  ['oracle', hex('00 d8 00 00 01 00 00 00 01 39 01 2c 00 00 08 00')],
  ['git', text('003egit-upload-pack /project.git\x00host=example\x00')],
  ['rsync', text('@RSYNCD: 31.0\n')],
  ['bgp', hex(`${'ff'.repeat(16)} 00 1d 01 04`)],
  ['x11', hex('6c 00 0b 00 00 00 12 00 10 00')],
  ['aerospike', hex('02 03 00 00 00 00 00 65 16 03 00 00')],
  ['rocketmq', text('\x00\x00\x00\x70\x00\x00\x00\x60{"code":105,"flag":0,"language":"JAVA","opaque":1}')],
  ['pulsar', hex('00 00 00 25 00 00 00 21 08 02 12 1d 0a 05 32 2e 38 2e 30')],
  ['telnet', hex('ff fd 18 ff fd 20')],
  ['sunrpc', hex('80 00 00 28 12 34 56 78 00 00 00 00 00 00 00 02 00 01 86 a3')],
  ['clickhouse', hex(`00 11 ${hexOf('ClickHouse client')}`)],
  ['bolt', hex('60 60 b0 17 00 00 01 04')],
  ['irc', text('NICK somebody\r\n')],
  ['stomp', text('CONNECT\naccept-version:1.2\n')],
  ['proxy-protocol', text('PROXY TCP4 10.1.1.1 10.1.1.2 4000 80\r\n')],
  ['proxy-protocol', hex('0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0c')],
  ['dns', hex('00 2d ab cd 81 80 00 01 00 01 00 00 00 00 03 77 77 77 01 61 00 00 01 00 01 c0 0c')],
  ['unknown', hex('fa ce b0 0c fa ce b0 0c fa ce b0 0c fa ce b0 0c')],
  ['unknown', text('some words and then\r\n')],
];

describe('judgeFirstBytes', () => {
  test.each(CASES)('%s', (verdict, bytes) => {
    expect(judgeFirstBytes(bytes).protocol).toBe(verdict);
  });

  test.each(CASES)('%s is never judged otherwise by its beginning', (verdict, bytes) => {
    for (let count = 1; count <= bytes.length; count++) {
      expect([verdict, 'undecided']).toContain(judgeFirstBytes(bytes.subarray(0, count)).protocol);
    }
  });
});

test('flows of other protocols are counted by name, their bytes too', () => {
  const hello = hex('16 03 01 02 00 01 00 01 fc 03 03');
  const c = conversation().client(hello).server(text('GET / HTTP/1.1\r\n\r\n')).end();
  expect(c.exchanges).toEqual([]);
  expect(c.ledger.fact('flows:tls')).toBe(1);
  expect(c.ledger.account('stream bytes', '').aside('discarded', 'not-parsed:tls')).toBe(hello.length + 18);
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
