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
import { addressBytes } from '../recorded/ip-address.ts';

/** LINKTYPE_RAW: packets begin with the IP header. */
export const RAW_IP_LINK_TYPE = 101;

export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, push: 0x08, ack: 0x10 } as const;

/** Payload of a segment at most, as on Ethernet. */
export const MAX_SEGMENT_BYTES = 1400;

const TCP = 6;
const HOP_LIMIT = 64;
const WINDOW = 0xffff;

export interface TcpSegment {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** Ends whose address is not known, as in recordings of other tools, get the unspecified one. */
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
  tcp.writeUInt16BE(segment.from.port & 0xffff, 0);
  tcp.writeUInt16BE(segment.to.port & 0xffff, 2);
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

function asIpv6(address: Buffer): Buffer {
  if (address.length === 16) return address;
  return Buffer.concat([Buffer.alloc(10), Buffer.of(0xff, 0xff), address]);
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
