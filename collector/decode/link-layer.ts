/**
 * Link type of the capture → where the first layer begins.
 *
 *     Ethernet       destination 6 · source 6 · type 2
 *     Linux cooked 1 packet type 2 · ARPHRD 2 · address length 2 · address 8 · type 2
 *     Linux cooked 2 type 2 · reserved 2 · interface 4 · ARPHRD 2 · packet type 1 · address length 1 · address 8
 *     null, loop     address family 4, in the byte order of the capturing machine, in network order
 *
 * The usual packet, IP behind Ethernet or Linux cooked, takes a shortcut past `layers.ts`.
 *
 * Source: tcpdump.org/linktypes.html.
 */
import { LINK_TYPE, type Packet } from '../../core/index.ts';
import { readInt32, readUint16 } from './big-endian.ts';
import type { Cursor, Layer } from './cursor.ts';
import { ETHER_TYPE, MAX_FRAME_LENGTH } from './ether-type.ts';
import { type IgnoredReason, unknownLinkType } from './ignored-reason.ts';
import { readToIp } from './layers.ts';

// Imported constants cost on the hot path.
const { ethernet: ETHERNET, linuxSll: LINUX_SLL, linuxSll2: LINUX_SLL2, null: NULL, loop: LOOP } = LINK_TYPE;
const { ipv4: IPV4, ipv6: IPV6 } = ETHER_TYPE;
const MAX_LENGTH = MAX_FRAME_LENGTH;

/** What the type field of Linux cooked packets holds instead of an EtherType (linux/if_ether.h). */
const COOKED_LLC = 0x0004;

/** @returns undefined with the cursor at `ipv4` or `ipv6`, otherwise why the packet is ignored */
export function readLink(cursor: Cursor, packet: Packet): IgnoredReason | undefined {
  cursor.begin(packet);
  const { data, start, end } = packet;
  switch (packet.linkType) {
    case ETHERNET:
      if (end - start < 14) return cursor.shortReason();
      return enterType(cursor, readUint16(data, start + 12), start + 14);
    case LINUX_SLL:
      if (end - start < 16) return cursor.shortReason();
      // Version 1 has no interface index, but a forwarded packet comes in on one interface and goes out by another.
      cursor.interfaceId = packet.interfaceId * 8 + (readUint16(data, start) & 7);
      return enterCooked(cursor, readUint16(data, start + 14), start + 16);
    case LINUX_SLL2:
      if (end - start < 20) return cursor.shortReason();
      cursor.interfaceId = packet.interfaceId * 0x1_0000 + (readInt32(data, start + 4) & 0xffff);
      return enterCooked(cursor, readUint16(data, start), start + 20);
    case NULL:
    case LOOP:
      if (end - start < 4) return cursor.shortReason();
      cursor.at = start + 4;
      return readAddressFamily(cursor, readInt32(data, start));
    default:
      return readOther(cursor, packet.linkType);
  }
}

function enterType(cursor: Cursor, type: number, at: number): IgnoredReason | undefined {
  cursor.at = at;
  if (type === IPV4) {
    cursor.layer = 'ipv4';
    return undefined;
  }
  if (type === IPV6) {
    cursor.layer = 'ipv6';
    return undefined;
  }
  cursor.etherType = type;
  cursor.layer = 'ether-type';
  return readToIp(cursor);
}

function enterCooked(cursor: Cursor, type: number, at: number): IgnoredReason | undefined {
  if (type > MAX_LENGTH) return enterType(cursor, type, at);
  if (type !== COOKED_LLC) return 'not-ip:other';
  cursor.at = at;
  cursor.layer = 'llc';
  return readToIp(cursor);
}

/** AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30. The byte order shows by which end is zero. */
function readAddressFamily(cursor: Cursor, big: number): IgnoredReason | undefined {
  switch (big >>> 24 === 0 ? big : big >>> 24) {
    case 2:
      cursor.layer = 'ipv4';
      return undefined;
    case 10:
    case 24:
    case 28:
    case 30:
      cursor.layer = 'ipv6';
      return undefined;
    default:
      return 'not-ip:other';
  }
}

function readOther(cursor: Cursor, linkType: number): IgnoredReason | undefined {
  const layer = firstLayer(linkType);
  if (layer === undefined) return unknownLinkType(linkType);
  if (linkType === LINK_TYPE.pppWithDirection) {
    if (!cursor.has(1)) return cursor.shortReason();
    cursor.at += 1;
  }
  if (linkType === LINK_TYPE.pppEther) cursor.etherType = ETHER_TYPE.pppoeSession;
  cursor.layer = layer;
  return readToIp(cursor);
}

function firstLayer(linkType: number): Layer | undefined {
  switch (linkType) {
    case LINK_TYPE.rawOpenBsd:
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.raw:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      return 'ip';
    case LINK_TYPE.ppp:
    case LINK_TYPE.pppHdlc:
    case LINK_TYPE.pppWithDirection:
      return 'ppp-hdlc';
    case LINK_TYPE.pppEther:
      return 'ether-type';
    case LINK_TYPE.atmRfc1483:
      return 'llc';
    case LINK_TYPE.cHdlc:
      return 'c-hdlc';
    case LINK_TYPE.mpls:
      return 'mpls';
    case LINK_TYPE.nflog:
      return 'nflog';
    case LINK_TYPE.pflog:
      return 'pflog';
    default:
      return undefined;
  }
}
