/**
 * A TCP segment in an IP packet, with both checksums, as link type 101 (raw IP) carries it.
 *
 *     +----------------------+-----------------+-----------+
 *     | IPv4 20 or IPv6 40 B | TCP 20 or 24 B  | payload … |     TCP options: the maximum segment size, with SYN
 *     +----------------------+-----------------+-----------+
 *
 * Source: RFC 791, RFC 8200, RFC 9293; checksums RFC 1071.
 */
import type { Endpoint } from '../../core/index.ts';

/** LINKTYPE_RAW: packets begin with the IP header. */
export const RAW_IP_LINK_TYPE = 101;

export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, push: 0x08, ack: 0x10 } as const;

/** Payload of a segment at most, as on Ethernet. */
export const MAX_SEGMENT_BYTES = 1400;

const TCP = 6;
const HOP_LIMIT = 64;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const WINDOW = 0xffff;

export interface TcpSegment {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

export function encodeTcpPacket(segment: TcpSegment): Uint8Array {
  const [from, to] = [addressBytes(segment.from.address), addressBytes(segment.to.address)];
  const same = from.length === to.length;
  const [source, destination] = same ? [from, to] : [asIpv6(from), asIpv6(to)];
  const tcp = encodeTcp(segment, source, destination);
  return source.length === 4 ? inIpv4(tcp, source, destination) : inIpv6(tcp, source, destination);
}

function encodeTcp(segment: TcpSegment, source: Buffer, destination: Buffer): Buffer {
  const isSyn = (segment.flags & FLAG.syn) !== 0;
  const headBytes = isSyn ? 24 : 20;
  const tcp = Buffer.alloc(headBytes + segment.payload.length);
  tcp.writeUInt16BE(segment.from.port, 0);
  tcp.writeUInt16BE(segment.to.port, 2);
  tcp.writeUInt32BE(segment.sequence >>> 0, 4);
  tcp.writeUInt32BE((segment.flags & FLAG.ack) === 0 ? 0 : segment.acknowledged >>> 0, 8);
  tcp[12] = (headBytes / 4) << 4;
  tcp[13] = segment.flags;
  tcp.writeUInt16BE(WINDOW, 14);
  if (isSyn) {
    tcp[20] = 2;
    tcp[21] = 4;
    tcp.writeUInt16BE(MAX_SEGMENT_BYTES, 22);
  }
  tcp.set(segment.payload, headBytes);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(tcp.length, 0);
  pseudo[7] = TCP;
  tcp.writeUInt16BE(checksum([source, destination, pseudo, tcp]), 16);
  return tcp;
}

function inIpv4(tcp: Buffer, source: Buffer, destination: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head[0] = 0x45;
  head.writeUInt16BE(head.length + tcp.length, 2);
  head.writeUInt16BE(0x4000, 6); // do not fragment
  head[8] = HOP_LIMIT;
  head[9] = TCP;
  source.copy(head, 12);
  destination.copy(head, 16);
  head.writeUInt16BE(checksum([head]), 10);
  return Buffer.concat([head, tcp]);
}

function inIpv6(tcp: Buffer, source: Buffer, destination: Buffer): Buffer {
  const head = Buffer.alloc(40);
  head[0] = 0x60;
  head.writeUInt16BE(tcp.length, 4);
  head[6] = TCP;
  head[7] = HOP_LIMIT;
  source.copy(head, 8);
  destination.copy(head, 24);
  return Buffer.concat([head, tcp]);
}

/** Recordings that know no address, such as those of other tools, get the unspecified one. */
function addressBytes(address: string): Buffer {
  if (IPV4.test(address)) return Buffer.from(address.split('.').map(Number));
  return address.includes(':') ? ipv6Bytes(address) : Buffer.alloc(4);
}

function asIpv6(address: Buffer): Buffer {
  if (address.length === 16) return address;
  return Buffer.concat([Buffer.alloc(10), Buffer.of(0xff, 0xff), address]);
}

function ipv6Bytes(address: string): Buffer {
  const [text = ''] = address.split('%');
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const plain =
    embedded === null
      ? text
      : `${embedded[1]}${hexWord(embedded[2], embedded[3])}:${hexWord(embedded[4], embedded[5])}`;
  const [before = '', after] = plain.split('::');
  const [head, tail] = [words(before), words(after ?? '')];
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  const bytes = Buffer.alloc(16);
  for (const [index, word] of [...head, ...new Array<number>(zeros).fill(0), ...tail].entries()) {
    bytes.writeUInt16BE(word, index * 2);
  }
  return bytes;
}

function hexWord(high: string | undefined, low: string | undefined): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

/** Ones' complement of the ones' complement sum of 16-bit words; every part but the last has an even length. */
function checksum(parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let i = 0; i < even; i += 2) sum += (part[i] as number) * 256 + (part[i + 1] as number);
    if (even < part.length) sum += (part[even] as number) * 256;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
