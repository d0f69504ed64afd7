/**
 * LLC and SNAP, which stand where an Ethernet frame has a length instead of a type, and at the beginning of ATM frames.
 *
 *     LLC   destination service 1 · source service 1 · control 1 or 2
 *     SNAP  AA AA 03 · organisation 3 · type 2
 *
 * Source: IEEE 802.2; RFC 1042; RFC 2684 (organisation 00-80-C2: bridged frames, behind 2 bytes of padding on ATM).
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import type { IgnoredReason } from './ignored-reason.ts';

const SERVICE = { ip: 0x06, spanningTree: 0x42, snap: 0xaa, osi: 0xfe } as const;
const ORGANISATION = { etherType: 0x000000, appleEtherType: 0x0000f8, cisco: 0x00000c, bridged: 0x0080c2 } as const;
const CISCO = { perVlanSpanningTree: 0x010b, discovery: 0x2000 } as const;
/** With and without the frame check sequence behind. */
const BRIDGED_ETHERNET: readonly number[] = [0x0001, 0x0007];

export function readLlc(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(3)) return cursor.shortReason();
  const { data, at } = cursor;
  switch (data[at]) {
    case SERVICE.snap:
      return readSnap(cursor);
    case SERVICE.ip:
      cursor.at += 3;
      cursor.layer = 'ip';
      return undefined;
    case SERVICE.spanningTree:
      return 'not-ip:stp';
    case SERVICE.osi:
      return 'not-ip:osi';
    default:
      return 'not-ip:other';
  }
}

function readSnap(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(8)) return cursor.shortReason();
  const { data, at } = cursor;
  const organisation = ((data[at + 3] as number) << 16) | readUint16(data, at + 4);
  const type = readUint16(data, at + 6);
  cursor.at += 8;
  switch (organisation) {
    case ORGANISATION.etherType:
    case ORGANISATION.appleEtherType:
      cursor.etherType = type;
      cursor.layer = 'ether-type';
      return undefined;
    case ORGANISATION.bridged:
      if (!BRIDGED_ETHERNET.includes(type)) return 'not-ip:other';
      cursor.at += 2;
      cursor.layer = 'ethernet';
      return undefined;
    case ORGANISATION.cisco:
      if (type === CISCO.perVlanSpanningTree) return 'not-ip:stp';
      return type === CISCO.discovery ? 'not-ip:cdp' : 'not-ip:other';
    default:
      return 'not-ip:other';
  }
}
