/**
 * First bytes of protocols that are not HTTP/1, as they stand on the wire.
 *
 * Pattern: hexadecimal octets, `??` for any. Sources: the protocols' specifications, and nDPI's and Wireshark's notes on
 * telling them apart. Order decides where two fit.
 */
export interface Signature {
  readonly protocol: string;
  /** -1 for any octet. */
  readonly octets: readonly number[];
  /** A further look, once all of `octets` are there. */
  readonly check?: (bytes: Uint8Array) => boolean;
}

function signature(protocol: string, pattern: string, check?: (bytes: Uint8Array) => boolean): Signature {
  const octets = pattern.split(' ').map((octet) => (octet === '??' ? -1 : Number.parseInt(octet, 16)));
  return check === undefined ? { protocol, octets } : { protocol, octets, check };
}

function text(protocol: string, start: string): Signature {
  return { protocol, octets: [...start].map((char) => char.charCodeAt(0)) };
}

export const SIGNATURES: readonly Signature[] = [
  signature('tls', '16 03 ?? ?? ?? 01'),
  signature('tls', '16 03 ?? ?? ?? 02'),
  signature('tls', '15 03 ?? 00 02'),
  signature('tls', '17 03 03', (bytes) => bigEndian16(bytes, 1) >= 0x0301),
  signature('tls', '14 03 ?? 00 01 01'),
  signature('tls', '80 ?? 01 03 ??'),
  text('http2', 'PRI * HTTP/2.0'),
  signature('http2', '00 00 ?? 04 00 00 00 00 00'),
  text('ssh', 'SSH-'),
  text('amqp', 'AMQP'),
  text('rfb', 'RFB 00'),
  text('bittorrent', '\x13BitTorrent protocol'),
  signature('thrift', '80 01 00 ?? 00 ?? ??', (bytes) => isThriftType(bytes[3])),
  signature(
    'thrift',
    '82 ?? ??',
    (bytes) => ((bytes[1] as number) & 0x1f) === 1 && isThriftType((bytes[1] as number) >> 5),
  ),
  signature('thrift', '00 ?? ?? ?? 80 01 00 ??', (bytes) => isThriftType(bytes[7])),
  signature('thrift', '00 ?? ?? ?? 82 ??', (bytes) => ((bytes[5] as number) & 0x1f) === 1),
  signature('thrift', '00 ?? ?? ?? 0f ff 00 ??'),
  signature('thrift', '00 ?? ?? ?? 10 00 00 ??', (bytes) => bigEndian32(bytes, 0) > 12),
  signature('memcached', '80 ?? ?? ?? ?? 00 00 00', (bytes) => (bytes[1] as number) <= 0x48),
  signature('memcached', '81 ?? ?? ?? ?? 00 00 ??', (bytes) => (bytes[1] as number) <= 0x48),
  signature('postgresql', '00 00 ?? ?? 00 03 00 00'),
  signature('postgresql', '00 00 00 08 04 d2 16 2f'),
  signature('mysql', '?? ?? 00 00 0a ??', (bytes) => isDigit(bytes[5])),
  signature('mongodb', '?? ?? ?? 00 ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? 00 00', isMongo),
  signature('mqtt', '10 ?? 00 04 4d 51 54 54'),
  signature('smb', '00 ?? ?? ?? ff 53 4d 42'),
  signature('smb', '00 ?? ?? ?? fe 53 4d 42'),
  signature('rdp', '03 00 ?? ?? ?? e0'),
  signature('rtmp', '03 ?? ?? ?? ?? 00 00 00 00'),
  signature('bgp', 'ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff'),
  signature('ldap', '30 ?? 02 01'),
  signature('cassandra', '04 00 ?? ?? 05 00 00 00 00'),
  signature('cassandra', '04 00 ?? ?? 01 00 00 ??'),
  signature('socks', '05 01 ??', (bytes) => (bytes[2] as number) <= 2),
  signature('socks', '05 02 ??', (bytes) => (bytes[2] as number) <= 2),
  signature('socks', '04 01 ?? ?? ?? ?? ?? ?? ??'),
  signature('dubbo', 'da bb'),
  signature('dns', '?? ?? ?? ?? ?? ?? 00 01 ?? ?? 00 ?? 00 ??', isDns),
  signature('kafka', '00 ?? ?? ?? 00 ?? 00 ?? ?? ?? ?? ?? ?? ??', isKafka),
];

function isThriftType(type: number | undefined): boolean {
  return type !== undefined && type >= 1 && type <= 4;
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

function bigEndian16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) * 256 + (bytes[at + 1] as number);
}

function bigEndian32(bytes: Uint8Array, at: number): number {
  return bigEndian16(bytes, at) * 0x1_0000 + bigEndian16(bytes, at + 2);
}

/** OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG and the old writes. */
function isMongo(bytes: Uint8Array): boolean {
  const operation = (bytes[12] as number) + (bytes[13] as number) * 256;
  return operation === 1 || (operation >= 2001 && operation <= 2013);
}

/** RFC 1035, section 4.2.2: a length, then a header of one question, opcode 0, and few records. */
function isDns(bytes: Uint8Array): boolean {
  return bigEndian16(bytes, 0) >= 17 && ((bytes[4] as number) & 0x78) === 0 && bigEndian16(bytes, 8) < 256;
}

/** Request header: size, API key, API version, correlation id, client id that fits into the size. */
function isKafka(bytes: Uint8Array): boolean {
  const clientId = bigEndian16(bytes, 12);
  return (
    (bytes[5] as number) <= 0x5c &&
    (bytes[7] as number) <= 20 &&
    (clientId === 0xffff || (clientId > 0 && clientId <= bigEndian32(bytes, 0) - 10 && clientId < 256))
  );
}
