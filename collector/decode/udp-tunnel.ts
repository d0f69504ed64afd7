/**
 * Tunnels in UDP, told by their port and by what a header of theirs must hold.
 *
 *     VXLAN      flags 1 (08: number valid) · 3 · network 3 · 1 · Ethernet                           (RFC 7348)
 *     VXLAN-GPE  flags 1 (0C) · 2 · next protocol 1 · network 3 · 1 · payload                        (draft-ietf-nvo3-vxlan-gpe)
 *     Geneve     version 2 bits, option words 6 bits 1 · 1 · EtherType 2 · network 3 · 1 · options   (RFC 8926)
 *     GTP-U      version, flags 1 · type 1 · length 2 · tunnel 4 · [sequence 2 · 1 · next extension 1 …]  (3GPP TS 29.281)
 *     GRE        checksum, key and sequence flags, others 0, version 0 2 · EtherType 2 · as in IP    (RFC 8086)
 *
 * Ports change on the way to a tunnel's other end, so only the destination counts, but for GTP.
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor, Layer } from './cursor.ts';
import { isKnownEtherType } from './ether-type.ts';
import { readGre } from './gre.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import type { Segment } from './segment.ts';

const PORT = { vxlan: 4789, vxlanBefore: 8472, vxlanGpe: 4790, geneve: 6081, gtp: 2152, gre: 4754 } as const;
const GTP_DATA = 255;
/** All bits of GRE but those that tell of checksum, key and sequence number. */
const GRE_ZERO_BITS = 0x4fff;
/** Extension headers of GTP; nobody sends more. */
const MAX_EXTENSIONS = 8;

/**
 * @param cursor behind the UDP header
 * @param outer the tunnel's ends
 * @returns undefined with the cursor at the layer inside; `no-tunnel` with the cursor where it was; or why the packet is ignored
 */
export function readUdpTunnel(
  cursor: Cursor,
  sourcePort: number,
  destinationPort: number,
  outer: Segment,
): IgnoredReason | 'no-tunnel' | undefined {
  switch (destinationPort) {
    case PORT.vxlan:
    case PORT.vxlanBefore:
      return readVxlan(cursor);
    case PORT.vxlanGpe:
      return readVxlanGpe(cursor);
    case PORT.geneve:
      return readGeneve(cursor);
    case PORT.gtp:
      return readGtp(cursor, outer);
    case PORT.gre:
      return readGreInUdp(cursor, outer);
    default:
      return sourcePort === PORT.gtp ? readGtp(cursor, outer) : 'no-tunnel';
  }
}

function readVxlan(cursor: Cursor): IgnoredReason | 'no-tunnel' | undefined {
  if (!cursor.has(8)) return shortOf(cursor);
  if (((cursor.data[cursor.at] as number) & 0x08) === 0) return 'no-tunnel';
  enterVxlan(cursor, 'ethernet');
  return undefined;
}

function readVxlanGpe(cursor: Cursor): IgnoredReason | 'no-tunnel' | undefined {
  if (!cursor.has(8)) return shortOf(cursor);
  const { data, at } = cursor;
  const flags = data[at] as number;
  if ((flags & 0x08) === 0) return 'no-tunnel';
  switch ((flags & 0x04) === 0 ? 3 : data[at + 3]) {
    case 1:
      enterVxlan(cursor, 'ipv4');
      return undefined;
    case 2:
      enterVxlan(cursor, 'ipv6');
      return undefined;
    case 3:
      enterVxlan(cursor, 'ethernet');
      return undefined;
    case 5:
      enterVxlan(cursor, 'mpls');
      return undefined;
    default:
      return 'not-ip:other';
  }
}

function enterVxlan(cursor: Cursor, layer: Layer): void {
  cursor.enter('vxlan', numberAt(cursor, 4));
  cursor.at += 8;
  cursor.layer = layer;
}

function readGeneve(cursor: Cursor): IgnoredReason | 'no-tunnel' | undefined {
  if (!cursor.has(8)) return shortOf(cursor);
  const first = cursor.data[cursor.at] as number;
  if (first >> 6 !== 0) return 'no-tunnel';
  cursor.enter('geneve', numberAt(cursor, 4));
  cursor.etherType = readUint16(cursor.data, cursor.at + 2);
  cursor.at += 8 + (first & 0x3f) * 4;
  cursor.layer = 'ether-type';
  return undefined;
}

/** The numbers of a tunnel differ by direction, so its two ends name it. */
function readGtp(cursor: Cursor, outer: Segment): IgnoredReason | 'no-tunnel' | undefined {
  if (!cursor.has(8)) return shortOf(cursor);
  const { data } = cursor;
  const flags = data[cursor.at] as number;
  if (flags >> 4 !== 3) return 'no-tunnel';
  if (data[cursor.at + 1] !== GTP_DATA) return 'not-tcp:udp:gtp';
  cursor.at += 8;
  if ((flags & 0x07) !== 0) {
    if (!cursor.has(4)) return cursor.shortReason();
    let next = data[cursor.at + 3] as number;
    cursor.at += 4;
    for (let count = 0; (flags & 0x04) !== 0 && next !== 0; count++) {
      if (count === MAX_EXTENSIONS) return 'malformed';
      if (!cursor.has(4)) return cursor.shortReason();
      const length = (data[cursor.at] as number) * 4;
      if (length === 0) return 'malformed';
      if (!cursor.has(length)) return cursor.shortReason();
      next = data[cursor.at + length - 1] as number;
      cursor.at += length;
    }
  }
  cursor.enterBetween('gtp', outer);
  cursor.layer = 'ip';
  return undefined;
}

function readGreInUdp(cursor: Cursor, outer: Segment): IgnoredReason | 'no-tunnel' | undefined {
  if (!cursor.has(4)) return shortOf(cursor);
  const { data, at } = cursor;
  const isGre = (readUint16(data, at) & GRE_ZERO_BITS) === 0 && isKnownEtherType(readUint16(data, at + 2));
  return isGre ? readGre(cursor, outer) : 'no-tunnel';
}

function numberAt({ data, at }: Cursor, offset: number): number {
  return readUint16(data, at + offset) * 0x100 + (data[at + offset + 2] as number);
}

/** A payload too short for the tunnel's header is something else, unless the capture cut it. */
function shortOf(cursor: Cursor): IgnoredReason | 'no-tunnel' {
  return cursor.end < cursor.wireEnd ? 'truncated-header' : 'no-tunnel';
}
