/** Names what UDP carries, by its ports and a look at its first bytes, so that the ledger says what was not parsed. */
import { readInt32, readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';

/** Where the look at the bytes decides, or both ports are of clients, the answer is `other`. */
const BY_PORT = new Map<number, UdpProtocol>([
  [53, 'dns'],
  [67, 'dhcp'],
  [68, 'dhcp'],
  [69, 'tftp'],
  [123, 'ntp'],
  [137, 'netbios'],
  [138, 'netbios'],
  [161, 'snmp'],
  [162, 'snmp'],
  [443, 'quic'],
  [500, 'ike'],
  [514, 'syslog'],
  [520, 'rip'],
  [546, 'dhcp'],
  [547, 'dhcp'],
  [1701, 'l2tp'],
  [1812, 'radius'],
  [1813, 'radius'],
  [1900, 'ssdp'],
  [2055, 'netflow'],
  [2152, 'gtp'],
  [2123, 'gtp'],
  [3544, 'teredo'],
  [3702, 'ws-discovery'],
  [4500, 'ike'],
  [4739, 'netflow'],
  [5060, 'sip'],
  [5353, 'mdns'],
  [5355, 'llmnr'],
  [5683, 'coap'],
  [6343, 'sflow'],
  [8125, 'statsd'],
  [51_820, 'wireguard'],
]);

export type UdpProtocol =
  | 'dns'
  | 'mdns'
  | 'llmnr'
  | 'quic'
  | 'dtls'
  | 'stun'
  | 'ntp'
  | 'dhcp'
  | 'tftp'
  | 'netbios'
  | 'snmp'
  | 'ike'
  | 'syslog'
  | 'rip'
  | 'l2tp'
  | 'radius'
  | 'ssdp'
  | 'netflow'
  | 'sflow'
  | 'gtp'
  /** IPv6 in UDP through address translators (RFC 4380): left aside on purpose, its relays show only one direction. */
  | 'teredo'
  | 'ws-discovery'
  | 'sip'
  | 'coap'
  | 'statsd'
  | 'wireguard'
  | 'other';

const STUN_COOKIE = 0x2112a442;
/** 2001::/32. */
const TEREDO_PREFIX = 0x20010000;
/** Versions 1 (RFC 9000) and 2 (RFC 9369), and the drafts' `ff0000nn`. */
const QUIC_VERSIONS: ReadonlySet<number> = new Set([0x00000001, 0x6b3343cf]);

/** @param cursor behind the UDP header */
export function udpProtocol(cursor: Cursor, sourcePort: number, destinationPort: number): UdpProtocol {
  const byContent = protocolByContent(cursor);
  if (byContent !== undefined) return byContent;
  const byPort = BY_PORT.get(destinationPort) ?? BY_PORT.get(sourcePort) ?? 'other';
  switch (byPort) {
    case 'dns':
    case 'mdns':
    case 'llmnr':
      return cursor.has(12) ? byPort : 'other';
    case 'quic':
      return cursor.has(1) && ((cursor.data[cursor.at] as number) & 0x40) !== 0 ? 'quic' : 'other';
    default:
      return byPort;
  }
}

/** @param cursor at a DNS message @returns whether it is an answer (RFC 1035, section 4.1.1) */
export function isDnsResponse({ data, at }: Cursor): boolean {
  return ((data[at + 2] as number) & 0x80) !== 0;
}

function protocolByContent(cursor: Cursor): UdpProtocol | undefined {
  const { data, at } = cursor;
  if (!cursor.has(12)) return undefined;
  const first = data[at] as number;
  if (first < 4 && readInt32(data, at + 4) === STUN_COOKIE) return 'stun';
  if (first >= 20 && first <= 23 && data[at + 1] === 0xfe && (data[at + 2] as number) >= 0xfd) return 'dtls';
  if (first >= 0xc0 && isQuicVersion(readInt32(data, at + 1))) return 'quic';
  if (first >> 4 === 6 && cursor.has(40) && isTeredo(cursor)) return 'teredo';
  return undefined;
}

function isQuicVersion(version: number): boolean {
  return QUIC_VERSIONS.has(version >>> 0) || version >>> 8 === 0xff0000;
}

function isTeredo({ data, at, wireEnd }: Cursor): boolean {
  const fills = at + 40 + readUint16(data, at + 4) === wireEnd;
  return fills && (readInt32(data, at + 8) === TEREDO_PREFIX || readInt32(data, at + 24) === TEREDO_PREFIX);
}
