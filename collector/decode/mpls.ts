/**
 * MPLS: a stack of labels, then something that nothing announces.
 *
 *     label 20 bits · traffic class 3 · bottom of stack 1 · hop limit 8        × n
 *     IPv4 | IPv6 | Ethernet | control word 4 and Ethernet
 *
 * What follows is guessed as routers do, by its first nibble (RFC 4928), and checked against what is there: an Ethernet
 * address may begin with any nibble. A label names a network in one direction only, so labels are left out of the path.
 *
 * Sources: RFC 3032; RFC 4385 (control word); RFC 4448 (Ethernet).
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import { looksLikeEthernet } from './ethernet.ts';
import type { IgnoredReason } from './ignored-reason.ts';

/** Deeper stacks than this are not built. */
const MAX_LABELS = 16;
const BOTTOM_OF_STACK = 0x01;
const CONTROL_WORD_BYTES = 4;

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
  if (looksLikeIpv4(cursor)) cursor.layer = 'ipv4';
  else if (looksLikeIpv6(cursor)) cursor.layer = 'ipv6';
  else {
    cursor.layer = 'ethernet';
    const controlWord = (cursor.data[cursor.at] as number) >> 4 === 0;
    if (controlWord && looksLikeEthernet(cursor, CONTROL_WORD_BYTES)) cursor.at += CONTROL_WORD_BYTES;
    else if (!looksLikeEthernet(cursor, 0)) return 'not-ip:other';
  }
  return undefined;
}

function looksLikeIpv4({ data, at, end, wireEnd }: Cursor): boolean {
  if ((data[at] as number) >> 4 !== 4) return false;
  if (end - at < 20) return end < wireEnd;
  return ((data[at] as number) & 0x0f) >= 5 && readUint16(data, at + 2) <= wireEnd - at;
}

function looksLikeIpv6({ data, at, end, wireEnd }: Cursor): boolean {
  if ((data[at] as number) >> 4 !== 6) return false;
  if (end - at < 40) return end < wireEnd;
  return readUint16(data, at + 4) + 40 <= wireEnd - at;
}
