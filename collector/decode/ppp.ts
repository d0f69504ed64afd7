/**
 * PPP and Cisco HDLC.
 *
 *     PPP          [address FF · control 03] · protocol 2, or 1 where its first byte is odd
 *     Cisco HDLC   address 0F or 8F · control 00 · EtherType 2
 *
 * Sources: RFC 1661 (section 2, 6.5), RFC 1662; IANA PPP DLL protocol numbers; tcpdump.org/linktypes.html.
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import type { IgnoredReason } from './ignored-reason.ts';

const PROTOCOL = { ipv4: 0x21, ipv6: 0x57, vanJacobson: 0x2d, vanJacobsonPlain: 0x2f, encrypted: 0x53 } as const;
const COMPRESSED = 0xfd;
const MPLS = { unicast: 0x0281, multicast: 0x0283 } as const;
/** From here on: the protocols by which the two ends agree. */
const FIRST_CONTROL_PROTOCOL = 0x8000;

export function readPpp(cursor: Cursor): IgnoredReason | undefined {
  if (cursor.has(2) && readUint16(cursor.data, cursor.at) === 0xff03) cursor.at += 2;
  if (!cursor.has(1)) return cursor.shortReason();
  let protocol = cursor.data[cursor.at] as number;
  if ((protocol & 1) === 1) {
    cursor.at += 1;
  } else {
    if (!cursor.has(2)) return cursor.shortReason();
    protocol = readUint16(cursor.data, cursor.at);
    cursor.at += 2;
  }
  switch (protocol) {
    case PROTOCOL.ipv4:
      cursor.layer = 'ipv4';
      return undefined;
    case PROTOCOL.ipv6:
      cursor.layer = 'ipv6';
      return undefined;
    case MPLS.unicast:
    case MPLS.multicast:
      cursor.layer = 'mpls';
      return undefined;
    case PROTOCOL.vanJacobson:
    case PROTOCOL.vanJacobsonPlain:
    case COMPRESSED:
      return 'not-ip:ppp-compressed';
    case PROTOCOL.encrypted:
      return 'not-ip:ppp-encrypted';
    default:
      return protocol >= FIRST_CONTROL_PROTOCOL ? 'not-ip:ppp-control' : 'not-ip:other';
  }
}

/** Either of the two: their first byte tells them apart. */
export function readPppHdlc(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(1)) return cursor.shortReason();
  const address = cursor.data[cursor.at];
  cursor.layer = address === 0x0f || address === 0x8f ? 'c-hdlc' : 'ppp';
  return undefined;
}

export function readCiscoHdlc(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  cursor.etherType = readUint16(cursor.data, cursor.at + 2);
  cursor.at += 4;
  if (cursor.etherType === 0x8035) return 'not-ip:slarp';
  if (cursor.etherType === 0x2000) return 'not-ip:cdp';
  cursor.layer = 'ether-type';
  return undefined;
}
