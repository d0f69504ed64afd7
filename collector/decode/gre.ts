/**
 * Generic routing encapsulation, and the mirrored frames of ERSPAN in it.
 *
 *     version 0   flags and version 2 · EtherType 2 · [checksum 2 · offset 2] · [key 4] · [sequence 4] · [routing] · payload
 *     version 1   flags and version 2 · 880B 2 · payload length 2 · call 2 · [sequence 4 · payload] · [acknowledgment 4]
 *     ERSPAN I    type 88BE without sequence number · Ethernet
 *     ERSPAN II   type 88BE · version 1 and VLAN 2 · class, encapsulation 2 bits, cut, session 10 bits 2 · index 4 · Ethernet
 *     ERSPAN III  type 22EB · version 2 and VLAN 2 · class, …, session 2 · time 4 · group 2 · kind, … 2 · [8 more] · payload
 *
 * Sources: RFC 2784, RFC 2890, RFC 1701 (routing), RFC 2637 (version 1, PPTP), RFC 7637 (NVGRE), draft-foschiano-erspan.
 */
import { readInt32, readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import { ETHER_TYPE, isKnownEtherType, MAX_FRAME_LENGTH } from './ether-type.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import type { Segment } from './segment.ts';

const FLAG = { checksum: 0x8000, routing: 0x4000, key: 0x2000, sequence: 0x1000, acknowledgment: 0x0080 } as const;
const VERSION_MASK = 0x0007;
const TYPE = { keepAlive: 0, redirected: 0x883e, mirrored: 0x88be, mirroredToo: 0x22eb } as const;
/** Source routes of RFC 1701; nobody has more. */
const MAX_ROUTES = 16;
/** Smaller subnet numbers are reserved (RFC 7637), so the key of an Ethernet tunnel below is an ordinary one. */
const FIRST_SUBNET = 0x1000;
/** VMware's mirrors have key 0 one way and this the other: no flow would meet its answers. */
const MIRRORED_BACK = 0x02000000;
const NO_KEY = -1;

/** @param outer the tunnel's ends */
export function readGre(cursor: Cursor, outer: Segment): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  const flags = readUint16(cursor.data, cursor.at);
  const type = readUint16(cursor.data, cursor.at + 2);
  cursor.at += 4;
  if ((flags & VERSION_MASK) === 1) return readPptp(cursor, flags, type, outer);
  if ((flags & VERSION_MASK) !== 0) return 'not-tcp:gre';
  let key = NO_KEY;
  if ((flags & (FLAG.checksum | FLAG.routing)) !== 0) cursor.at += 4;
  if ((flags & FLAG.key) !== 0) {
    if (!cursor.has(4)) return cursor.shortReason();
    key = readInt32(cursor.data, cursor.at) >>> 0;
    cursor.at += 4;
  }
  if ((flags & FLAG.sequence) !== 0) cursor.at += 4;
  if ((flags & FLAG.routing) !== 0) {
    const ignored = stepOverRoutes(cursor);
    if (ignored !== undefined) return ignored;
  }
  if (type === TYPE.mirrored) return readMirrored(cursor, (flags & FLAG.sequence) !== 0);
  if (type === TYPE.mirroredToo) return readMirroredToo(cursor);
  if (key === NO_KEY) cursor.enterBetween('gre', outer);
  else if (type === ETHER_TYPE.ethernet && key === MIRRORED_BACK) cursor.enter('gre', 0);
  else if (type === ETHER_TYPE.ethernet && key >>> 8 >= FIRST_SUBNET) cursor.enter('nvgre', key >>> 8);
  else cursor.enter('gre', key);
  if (type === TYPE.redirected) return readRedirected(cursor);
  if (type === TYPE.keepAlive) return 'not-ip:other';
  cursor.etherType = type;
  cursor.layer = 'ether-type';
  return undefined;
}

/** Each is address family 2 · offset 1 · length 1 · route; one without length is the last. */
function stepOverRoutes(cursor: Cursor): IgnoredReason | undefined {
  for (let count = 0; count < MAX_ROUTES; count++) {
    if (!cursor.has(4)) return cursor.shortReason();
    const length = cursor.data[cursor.at + 3] as number;
    cursor.at += 4 + length;
    if (length === 0) return undefined;
  }
  return 'malformed';
}

/** The calls of a tunnel have other numbers in each direction, so its two ends name it. */
function readPptp(cursor: Cursor, flags: number, type: number, outer: Segment): IgnoredReason | undefined {
  if (type !== ETHER_TYPE.ppp || (flags & FLAG.key) === 0) return 'not-tcp:gre';
  cursor.at += 4;
  if ((flags & FLAG.sequence) === 0) return 'not-ip:ppp-control';
  cursor.at += 4;
  if ((flags & FLAG.acknowledgment) !== 0) cursor.at += 4;
  cursor.enterBetween('pptp', outer);
  cursor.layer = 'ppp';
  return undefined;
}

/** Web cache redirection: IP, behind a header of 4 bytes in version 2 that no IP header looks like. */
function readRedirected(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(1)) return cursor.shortReason();
  if ((cursor.data[cursor.at] as number) >> 4 !== 4) cursor.at += 4;
  cursor.layer = 'ip';
  return undefined;
}

function readMirrored(cursor: Cursor, numbered: boolean): IgnoredReason | undefined {
  cursor.layer = 'ethernet';
  if (!numbered) {
    cursor.enter('erspan');
    return undefined;
  }
  if (!cursor.has(8)) return cursor.shortReason();
  const { data, at } = cursor;
  if ((data[at] as number) >> 4 !== 1) return 'not-tcp:gre';
  const second = readUint16(data, at + 2);
  cursor.enter('erspan', second & 0x03ff);
  // Of the encapsulations, 2 says that an 802.1Q tag was there and is only told here.
  const vlan = readUint16(data, at) & 0x0fff;
  if (((second >> 11) & 3) === 2 && vlan !== 0) cursor.enter('vlan', vlan);
  cursor.at += 8;
  return undefined;
}

function readMirroredToo(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(12)) return cursor.shortReason();
  const { data, at } = cursor;
  if ((data[at] as number) >> 4 !== 2) return 'not-tcp:gre';
  cursor.enter('erspan', readUint16(data, at + 2) & 0x03ff);
  const last = readUint16(data, at + 10);
  cursor.layer = ((last >> 10) & 0x1f) === 2 ? 'ip' : 'ethernet';
  // Some switches send the 8 bytes of their own without the bit that announces them.
  const longer = (last & 1) === 1 || (cursor.layer === 'ethernet' && !looksLikeEthernet(cursor, 12));
  cursor.at += longer ? 20 : 12;
  return undefined;
}

/** Whether what stands `behind` bytes further on, that nothing announces, may be a frame. */
function looksLikeEthernet(cursor: Cursor, behind: number): boolean {
  if (!cursor.has(behind + 14)) return false;
  const type = readUint16(cursor.data, cursor.at + behind + 12);
  return isKnownEtherType(type) || type <= MAX_FRAME_LENGTH;
}
