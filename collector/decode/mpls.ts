/**
 * MPLS: a stack of labels, then something that nothing announces.
 *
 *     label 20 bits · traffic class 3 · bottom of stack 1 · hop limit 8        × n
 *     IPv4 | IPv6 | Ethernet | control word 4 and Ethernet
 *
 * What follows is guessed as routers do, by its first nibble (RFC 4928), and checked: an Ethernet address may begin with
 * any. IP whose length fits exactly is IP; else a believable frame is one; else IP that does not claim too much is IP. A label names a network in one direction only, so labels are left out of the path.
 *
 * Sources: RFC 3032; RFC 4385 (control word); RFC 4448 (Ethernet).
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import { ETHER_TYPE, isKnownEtherType } from './ether-type.ts';
import type { IgnoredReason } from './ignored-reason.ts';

/** Deeper stacks than this are not built. */
const MAX_LABELS = 16;
const BOTTOM_OF_STACK = 0x01;
const CONTROL_WORD_BYTES = 4;
const NOWHERE = Number.MAX_SAFE_INTEGER;

export function readMpls(cursor: Cursor): IgnoredReason | undefined {
  let labels = 0;
  let bottom = false;
  while (!bottom) {
    if (!cursor.has(4)) return cursor.shortReason();
    if (++labels > MAX_LABELS) return 'nested-too-deep';
    bottom = ((cursor.data[cursor.at + 2] as number) & BOTTOM_OF_STACK) !== 0;
    cursor.at += 4;
  }
  if (!cursor.has(1)) return cursor.shortReason();
  cursor.enter('mpls');
  const version = (cursor.data[cursor.at] as number) >> 4;
  const ipEnd = version === 4 ? ipv4End(cursor) : version === 6 ? ipv6End(cursor) : NOWHERE;
  const behind = ipEnd === cursor.wireEnd ? NOWHERE : ethernetStart(cursor, version);
  if (behind !== NOWHERE) {
    cursor.at = behind;
    cursor.layer = 'ethernet';
    return undefined;
  }
  if (ipEnd > cursor.wireEnd) return 'not-ip:other';
  cursor.layer = version === 4 ? 'ipv4' : 'ipv6';
  return undefined;
}

/** Where the packet ends by its own word, beyond all bounds where it is none. */
function ipv4End({ data, at, end, wireEnd }: Cursor): number {
  if (end - at < 20) return end < wireEnd ? at : NOWHERE;
  return ((data[at] as number) & 0x0f) >= 5 ? at + readUint16(data, at + 2) : NOWHERE;
}

function ipv6End({ data, at, end, wireEnd }: Cursor): number {
  if (end - at < 40) return end < wireEnd ? at : NOWHERE;
  return at + 40 + readUint16(data, at + 4);
}

/** Where a frame begins that a known type makes believable, else one that may be of 802.3; a control word begins with four zero bits. */
function ethernetStart(cursor: Cursor, nibble: number): number {
  const starts = nibble === 0 ? [cursor.at + CONTROL_WORD_BYTES, cursor.at] : [cursor.at];
  const typed = starts.find((start) => hasKnownType(cursor, start));
  return typed ?? starts.find((start) => hasLength(cursor, start)) ?? NOWHERE;
}

function hasKnownType({ data, end }: Cursor, start: number): boolean {
  if (end - start < 15) return false;
  const type = readUint16(data, start + 12);
  const version = (data[start + 14] as number) >> 4;
  if (type === ETHER_TYPE.ipv4) return version === 4;
  return type === ETHER_TYPE.ipv6 ? version === 6 : isKnownEtherType(type);
}

/** The field may be a length, and one of the services that LLC begins with follows twice. */
function hasLength({ data, end, wireEnd }: Cursor, start: number): boolean {
  if (end - start < 16) return false;
  return readUint16(data, start + 12) <= wireEnd - start - 14 && data[start + 14] === data[start + 15];
}
