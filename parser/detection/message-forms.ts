/** Forms of first messages that a pattern of octets does not tell surely enough. Each is called once the pattern's octets are there. */

export function bigEndian16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) * 256 + (bytes[at + 1] as number);
}

export function bigEndian32(bytes: Uint8Array, at: number): number {
  return bigEndian16(bytes, at) * 0x1_0000 + bigEndian16(bytes, at + 2);
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

/** Flags and serialisation, of which 1 to 25 are given; an answer has a status, a request has none. */
export function isDubbo(bytes: Uint8Array): boolean {
  const serialisation = (bytes[2] as number) & 0x1f;
  const isRequest = (bytes[2] as number) >= 0x80;
  return serialisation >= 1 && serialisation <= 25 && (isRequest ? bytes[3] === 0 : (bytes[3] as number) >= 20);
}

/**
 * ConnectRequest and ConnectResponse: a password of 16 octets behind version, zxid, timeout and session, or behind
 * version, timeout and session.
 */
export function isZooKeeperConnect(bytes: Uint8Array): boolean | undefined {
  const size = bytes[3];
  const passwordAt = size === 0x2c || size === 0x2d ? 28 : size === 0x24 || size === 0x25 ? 20 : 0;
  if (passwordAt === 0) return false;
  return bytes.length < passwordAt + 4 ? undefined : bigEndian32(bytes, passwordAt) === 16;
}

/** CommandConnect and CommandConnected: the frame is longer by the size field than the command. */
export function isPulsarConnect(bytes: Uint8Array): boolean {
  return bytes[3] === (bytes[7] as number) + 4;
}

/** RemotingCommand: length, length of the header (JSON), the header. */
export function isRocketMq(bytes: Uint8Array): boolean | undefined {
  const headerBytes = bigEndian32(bytes, 4);
  if (headerBytes + 4 > bigEndian32(bytes, 0)) return false;
  const names = ['code', 'extFields', 'flag', 'language', 'opaque'];
  if (bytes.length < 20) return undefined;
  const start = String.fromCharCode(...bytes.subarray(10, 20));
  return names.some((name) => start.startsWith(`${name}"`));
}

/** Binary protocol: known command, raw data type, extras and key fit into the body. */
export function isMemcachedBinary(bytes: Uint8Array): boolean {
  const keyAndExtras = bigEndian16(bytes, 2) + (bytes[4] as number);
  return (bytes[1] as number) <= 0x48 && (bytes[0] === 0x81 || keyAndExtras <= bigEndian32(bytes, 8));
}

/** StartupMessage: protocol 3.0 to 3.2, then names and values: the first name is in small letters. */
export function isPostgresStartup(bytes: Uint8Array): boolean {
  return (bytes[7] as number) <= 2 && (bytes[8] as number) >= 0x5f && (bytes[8] as number) <= 0x7a;
}

/** Authentication request: 8 octets for `ok` and passwords, 12 with a salt, more for SASL. */
export function isPostgresAuthentication(bytes: Uint8Array): boolean {
  return (bytes[4] as number) >= 8 && (bytes[8] as number) <= 12;
}

/** Protocol::HandshakeV10: a server version such as `8.0.33` or `11.4-MariaDB`. */
export function isMysqlGreeting(bytes: Uint8Array): boolean {
  return isDigit(bytes[5]) && (bytes[6] === 0x2e || (isDigit(bytes[6]) && bytes[7] === 0x2e));
}

/** Protocol::HandshakeResponse41: 19 octets of zeros behind capabilities, size and character set. */
export function isMysqlLogin(bytes: Uint8Array): boolean | undefined {
  if ((bytes[0] as number) + (bytes[1] as number) * 256 < 32) return false;
  for (let at = 13; at < 32; at++) {
    if (at >= bytes.length) return undefined;
    if (bytes[at] !== 0) return false;
  }
  return true;
}

/** OP_REPLY, OP_QUERY, OP_COMPRESSED, OP_MSG and the old writes; at least a header long. */
export function isMongo(bytes: Uint8Array): boolean {
  const operation = (bytes[12] as number) + (bytes[13] as number) * 256;
  const size = (bytes[0] as number) + (bytes[1] as number) * 256 + (bytes[2] as number) * 65536;
  return size > 16 && (operation === 1 || (operation >= 2001 && operation <= 2013));
}

/** X.224 connection request with a cookie, a negotiation request, or nothing; S7 and its like name their ends here. */
export function isRdpConnect(bytes: Uint8Array): boolean | undefined {
  if (bytes[3] === 11) return true;
  if (bytes.length < 12) return undefined;
  return bytes[11] === 0x43 || bytes[11] === 0x01;
}

/** RFC 4271, section 4.1: length from 19 to 4096, types OPEN to ROUTE-REFRESH. */
export function isBgp(bytes: Uint8Array): boolean {
  const size = bigEndian16(bytes, 16);
  const type = bytes[18] as number;
  return size >= 19 && size <= 4096 && type >= 1 && type <= 5;
}

/** RFC 4511, section 4.2 on: bind, unbind, search, modify, add, delete, compare, abandon, extended, and their answers. */
const LDAP_OPERATIONS: ReadonlySet<number> = new Set([
  0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x4a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x50, 0x73, 0x77,
  0x78,
]);

export function isLdapOperation(tag: number | undefined): boolean {
  return LDAP_OPERATIONS.has(tag as number);
}

/**
 * CQL native protocol, versions 3 to 5: version (top bit: answer), flags, stream of 2 octets, opcode, length.
 * A client begins with OPTIONS (no body) or STARTUP (a map), a server with SUPPORTED, READY, AUTHENTICATE or ERROR.
 */
export function isCassandra(bytes: Uint8Array): boolean {
  const isAnswer = (bytes[0] as number) >= 0x80;
  if ((bytes[1] as number) > 0x1f) return false;
  const opcode = bytes[4] as number;
  const size = bigEndian32(bytes, 5);
  if (!isAnswer) return (opcode === 5 && size === 0) || (opcode === 1 && size >= 2 && size < 1024);
  if (bigEndian16(bytes, 2) > 0x7fff) return false;
  return (opcode === 6 || opcode === 3 || opcode === 0 ? size > 2 : opcode === 2 && size === 0) && size < 8192;
}

/** RFC 1928, section 3: few methods, the first of them none, GSSAPI or a password. */
export function isSocks5Greeting(bytes: Uint8Array): boolean {
  const methods = bytes[1] as number;
  return methods >= 1 && methods <= 4 && (bytes[2] as number) <= 2;
}

/** A port, and an address that is one or, for names to be resolved by the proxy, `0.0.0.x`. */
export function isSocks4Request(bytes: Uint8Array): boolean {
  const isZero = bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0;
  return bigEndian16(bytes, 2) > 0 && (isZero ? bytes[7] !== 0 : bytes[4] !== 0);
}

/** TNS connect packet: as long as it says, at most a few kilobytes, version 300 to 400. */
export function isOracleConnect(bytes: Uint8Array): boolean {
  return bigEndian16(bytes, 0) >= 34 && bigEndian16(bytes, 8) >= 300 && bigEndian16(bytes, 8) < 400;
}

/** AS-REQ, AS-REP, TGS-REQ, TGS-REP, KRB-ERROR (RFC 4120, section 7.2.2). */
export function isKerberos(bytes: Uint8Array): boolean {
  return [0x6a, 0x6b, 0x6c, 0x6d, 0x7e].includes(bytes[4] as number);
}

/** Request header: size, API key and version, correlation id, a printable client id that fits into the size. */
export function isKafkaRequest(bytes: Uint8Array): boolean | undefined {
  const size = bigEndian32(bytes, 0);
  const clientIdBytes = bigEndian16(bytes, 12);
  if ((bytes[5] as number) > 0x5c || (bytes[7] as number) > 20 || size < 10) return false;
  if (clientIdBytes === 0xffff) return bytes[5] === 18 || bytes[5] === 3;
  if (clientIdBytes > size - 10 || clientIdBytes > 255) return false;
  if (clientIdBytes === 0) return bytes[5] === 18 || bytes[5] === 3;
  for (let at = 14; at < 14 + clientIdBytes; at++) {
    const octet = bytes[at];
    if (octet === undefined) return undefined;
    if (octet < 0x20 || octet > 0x7e) return false;
  }
  return true;
}
