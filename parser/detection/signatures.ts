/**
 * First bytes of protocols that are not HTTP/1, as they stand on the wire, of either side.
 *
 * Pattern: hexadecimal octets, `??` for any, or text in quotes. Sources: the protocols' specifications, and nDPI's and
 * Wireshark's notes on telling them apart. Order decides where two fit.
 */
import { isDnsMessage } from './dns-message.ts';
import { judgeHttp2 } from './http2-preface.ts';
import * as form from './message-forms.ts';
import { judgeThrift } from './thrift-message.ts';
import { isSaslStart } from './thrift-sasl.ts';
import { likely, sure, type Verdict } from './verdict.ts';

export interface Signature {
  /** -1 for any octet. */
  readonly octets: readonly number[];
  /** A further look, once all of `octets` are there; undefined while it needs more bytes. */
  readonly check: ((bytes: Uint8Array) => boolean | undefined) | undefined;
  /** What it tells; a function where the protocol has to be told from what follows (undefined: more bytes are needed). */
  readonly verdict: Verdict | ((bytes: Uint8Array) => Verdict | undefined);
}

function signature(verdict: Signature['verdict'], pattern: string, check?: Signature['check']): Signature {
  return { verdict, octets: octetsOf(pattern), check };
}

/** `'AMQP' 00` → the octets; a quoted part has no spaces but those written as 20. */
function octetsOf(pattern: string): number[] {
  return pattern.split(' ').flatMap((part) => {
    if (part.startsWith("'")) return [...part.slice(1, -1)].map((char) => char.charCodeAt(0));
    return part === '??' ? [-1] : [Number.parseInt(part, 16)];
  });
}

const all: readonly Signature[] = [
  signature(sure('proxy-protocol'), '0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a'),
  signature(sure('tls'), '16 03 ?? ?? ?? 01'),
  signature(sure('tls'), '16 03 ?? ?? ?? 02'),
  signature(sure('tls'), '15 03 ?? 00 02'),
  signature(sure('tls'), '17 03 03', (bytes) => form.bigEndian16(bytes, 1) >= 0x0301),
  signature(sure('tls'), '14 03 ?? 00 01 01'),
  signature(sure('tls'), '80 ?? 01 03 ??'),
  signature(judgeHttp2, "'PRI' 20 '*' 20 'HTTP/2.0'"),
  signature(likely('http2'), '00 00 ?? 04 00 00 00 00 00', (bytes) => (bytes[2] as number) % 6 === 0),
  signature(sure('ssh'), "'SSH-'"),
  signature(sure('amqp'), "'AMQP' ?? ?? ?? ??", (bytes) => (bytes[4] as number) <= 3),
  signature(sure('amqp'), '01 00 00 ?? ?? ?? ?? 00 0a 00 0a'),
  signature(sure('vnc'), "'RFB' 20 '00'"),
  signature(sure('bittorrent'), "13 'BitTorrent' 20 'protocol'"),
  signature(sure('dubbo'), 'da bb ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? 00', form.isDubbo),
  signature(sure('brpc'), "'PRPC' 00"),
  signature(sure('hbase'), "'HBas' 00"),
  signature(sure('hadoop-rpc'), "'hrpc' ??", (bytes) => (bytes[4] as number) < 0x20),
  signature(sure('elasticsearch'), "'ES' 00 ?? ?? ?? 00 00 00 00"),
  signature(sure('git'), "30 30 ?? ?? 'git-'"),
  signature(sure('rsync'), "'@RSYNCD:'"),
  signature(sure('bolt'), '60 60 b0 17'),
  signature(sure('clickhouse'), "00 ?? 'ClickHouse'"),
  signature(sure('zookeeper'), '00 00 00 ?? 00 00 00 00', form.isZooKeeperConnect),
  signature(sure('pulsar'), '00 00 00 ?? 00 00 00 ?? 08 02 12', form.isPulsarConnect),
  signature(sure('pulsar'), '00 00 00 ?? 00 00 00 ?? 08 03 1a', form.isPulsarConnect),
  signature(sure('rocketmq'), "00 ?? ?? ?? 00 00 ?? ?? '{\"'", form.isRocketMq),
  signature(judgeThrift, '80 01'),
  signature(judgeThrift, '82'),
  signature(judgeThrift, 'ff af'),
  signature(judgeThrift, '00'),
  signature(sure('sunrpc'), '80 00 ?? ?? ?? ?? ?? ?? 00 00 00 00 00 00 00 02'),
  signature(sure('memcached'), '80 ?? ?? ?? ?? 00 00 00 00 ?? ?? ??', form.isMemcachedBinary),
  signature(sure('memcached'), '81 ?? ?? ?? ?? 00 00 ?? 00 ?? ?? ??', form.isMemcachedBinary),
  signature(sure('postgresql'), '00 00 ?? ?? 00 03 00 ?? ??', form.isPostgresStartup),
  signature(sure('postgresql'), '00 00 00 08 04 d2 16 2f'),
  signature(sure('postgresql'), '00 00 00 08 04 d2 16 30'),
  signature(sure('postgresql'), '00 00 00 10 04 d2 16 2e'),
  signature(likely('postgresql'), "'R' 00 00 00 ?? 00 00 00 ??", form.isPostgresAuthentication),
  signature(sure('mysql'), '?? ?? 00 00 0a ?? ?? ??', form.isMysqlGreeting),
  signature(likely('mysql'), '?? 00 00 00 ff ?? 04', (bytes) => (bytes[0] as number) > 8),
  signature(sure('mysql'), '?? ?? 00 01 ?? ?? ?? ??', form.isMysqlLogin),
  signature(sure('mongodb'), '?? ?? ?? 00 ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? 00 00', form.isMongo),
  signature(sure('mqtt'), "10 ?? 00 04 'MQTT'"),
  signature(sure('mqtt'), "10 ?? ?? 00 04 'MQTT'"),
  signature(sure('mqtt'), "10 ?? 00 06 'MQIsdp'"),
  signature(likely('mqtt'), '20 02 00 ??', (bytes) => (bytes[3] as number) <= 5),
  signature(sure('smb'), "00 ?? ?? ?? ff 'SMB'"),
  signature(sure('smb'), "00 ?? ?? ?? fe 'SMB'"),
  signature(sure('smb'), "00 ?? ?? ?? fd 'SMB'"),
  signature(sure('smb'), '81 00 00 44 20'),
  signature(sure('rdp'), '03 00 00 ?? ?? e0 00 00 ?? ?? 00', form.isRdpConnect),
  signature(sure('bgp'), 'ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ?? ?? ??', form.isBgp),
  signature(sure('telnet'), 'ff ?? ?? ff', (bytes) => (bytes[1] as number) >= 0xfb && (bytes[1] as number) <= 0xfe),
  signature(
    sure('ldap'),
    '30 ?? 02 01 ?? ??',
    (bytes) => (bytes[1] as number) < 0x80 && form.isLdapOperation(bytes[5]),
  ),
  signature(sure('ldap'), '30 81 ?? 02 01 ?? ??', (bytes) => form.isLdapOperation(bytes[6])),
  signature(sure('ldap'), '30 82 ?? ?? 02 01 ?? ??', (bytes) => form.isLdapOperation(bytes[7])),
  signature(sure('ldap'), '30 84 ?? ?? ?? ?? 02 01 ?? ??', (bytes) => form.isLdapOperation(bytes[9])),
  signature(sure('thrift-sasl'), '01 00 00 00 ?? ?? ?? ??', isSaslStart),
  signature(sure('socks'), '05 ?? ??', form.isSocks5Greeting),
  signature(sure('socks'), '04 01 ?? ?? ?? ?? ?? ?? ??', form.isSocks4Request),
  ...['03', '04', '05', '83', '84', '85'].map((version) =>
    signature(sure('cassandra'), `${version} ?? ?? ?? ?? 00 00 ?? ??`, form.isCassandra),
  ),
  signature(likely('rtmp'), '03 ?? ?? ?? ?? 00 00 00 00'),
  signature(sure('dcerpc'), '05 00 0b ?? 10 00 00 00'),
  signature(sure('tds'), '12 01 00 ?? 00 00 ?? 00 00 00 ?? 00 ??'),
  signature(likely('tds'), '04 01 00 ?? 00 00 01 00 00 00 ?? 00 ??'),
  signature(sure('oracle'), '?? ?? 00 00 01 ?? 00 00 01 ??', form.isOracleConnect),
  signature(sure('x11'), '6c 00 0b 00 00 00'),
  signature(sure('x11'), '42 00 00 0b 00 00'),
  signature(sure('aerospike'), '02 03 00 00 00 00 ?? ?? 16'),
  signature(likely('aerospike'), '02 01 00 00 00 00 ?? ??'),
  signature(sure('fastcgi'), '01 01 00 01 00 08 00 00 00 ??'),
  signature(sure('ajp'), '12 34 ?? ?? ??', (bytes) => bytes[4] === 2 || bytes[4] === 10),
  signature(likely('kerberos'), '00 00 ?? ?? ?? 81', form.isKerberos),
  signature(likely('kerberos'), '00 00 ?? ?? ?? 82', form.isKerberos),
  signature(sure('dns'), '?? ?? ?? ?? ?? ?? 00 01 ?? ?? 00 ?? 00 ??', isDnsMessage),
  signature(sure('kafka'), '00 ?? ?? ?? 00 ?? 00 ?? ?? ?? ?? ?? ?? ??', form.isKafkaRequest),
];

/** Those that begin with any octet: most of a message's beginning may be their length, so clearer ones go first. */
export const OPEN_SIGNATURES: readonly Signature[] = all.filter(({ octets: [first] }) => first === -1);

const byFirstOctet: readonly (readonly Signature[])[] = Array.from({ length: 256 }, (_, octet) =>
  all.filter(({ octets: [first] }) => first === octet),
);

/** Those that begin with the octet, in order. */
export function signaturesFor(octet: number): readonly Signature[] {
  return byFirstOctet[octet] as readonly Signature[];
}
