/**
 * Packets that a packet filter logged: Linux NFLOG and OpenBSD's pflog.
 *
 *     NFLOG  address family 1 · version 1 · resource 2 · (length 2 · type 2 · value, padded to 4 bytes)*
 *            lengths in the byte order of the machine, their 4 bytes of head included; the value of type 9 is the IP packet
 *     pflog  length 1 (without padding to 4 bytes) · address family 1 · … · IP packet
 *
 * Source: tcpdump.org/linktypes.html, LINKTYPE_NFLOG.html.
 */
import { readUint16 } from './big-endian.ts';
import type { Cursor } from './cursor.ts';
import type { IgnoredReason } from './ignored-reason.ts';

const PAYLOAD = 9;
/** More attributes than the kernel has. */
const MAX_ATTRIBUTES = 64;
const TYPE_MASK = 0x7fff;

export function readNflog(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  const { data } = cursor;
  if (data[cursor.at + 1] !== 0) return 'malformed';
  cursor.at += 4;
  for (let count = 0; count < MAX_ATTRIBUTES; count++) {
    if (!cursor.has(4)) return cursor.end < cursor.wireEnd ? 'truncated-header' : 'not-ip:other';
    const big = isBigEndian(cursor);
    const length = read(data, cursor.at, big);
    const type = read(data, cursor.at + 2, big) & TYPE_MASK;
    if (length < 4) return 'malformed';
    if (type === PAYLOAD) {
      cursor.moveTo(data, cursor.at + 4, cursor.end, Math.min(cursor.at + length, cursor.wireEnd));
      cursor.layer = 'ip';
      return undefined;
    }
    cursor.at += (length + 3) & ~3;
  }
  return 'malformed';
}

/** Types are small, so the byte that is zero shows the order. */
function isBigEndian({ data, at }: Cursor): boolean {
  return ((data[at + 2] as number) & 0x7f) === 0 && data[at + 3] !== 0;
}

function read(data: Uint8Array, at: number, big: boolean): number {
  return big ? readUint16(data, at) : ((data[at + 1] as number) << 8) | (data[at] as number);
}

export function readPflog(cursor: Cursor): IgnoredReason | undefined {
  if (!cursor.has(4)) return cursor.shortReason();
  const length = cursor.data[cursor.at] as number;
  if (length < 4) return 'malformed';
  cursor.at += (length + 3) & ~3;
  cursor.layer = 'ip';
  return undefined;
}
