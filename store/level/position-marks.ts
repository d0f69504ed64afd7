/**
 * Marks of a group: a small number an exchange, of fields that have nearly as many values as exchanges.
 *
 *     +-------+--------------------+-------+--
 *     | count | marks, `width` an  | count | …     a block after the other
 *     | u8    | exchange           |       |
 *     +-------+--------------------+-------+--
 *
 * A count with its highest bit set has one mark, which all have; a block in which none has a mark has count 0. Marks are
 * big-endian, 0 where an exchange has none.
 */
import type { GroupPositions } from './block-positions.ts';

const SAME = 0x80;

/** Bytes of the marks of one block at most. */
export function maxMarkBytes(count: number, width: number): number {
  return 1 + width * count;
}

/** Writes the marks of one block. @returns where they end */
export function writeMarks(bytes: Buffer, at: number, marks: Uint16Array, count: number, width: number): number {
  const first = marks[0] ?? 0;
  let isSame = true;
  for (let position = 1; position < count; position++) {
    if (marks[position] !== first) {
      isSame = false;
      break;
    }
  }
  if (isSame && first === 0) {
    bytes[at] = 0;
    return at + 1;
  }
  bytes[at] = isSame ? SAME | count : count;
  let end = at + 1;
  const kept = isSame ? 1 : count;
  for (let position = 0; position < kept; position++) {
    const mark = marks[position] as number;
    if (width === 2) bytes[end++] = mark >>> 8;
    bytes[end++] = mark & 0xff;
  }
  return end;
}

/** Where the marks of the block end that begin here. */
export function marksEnd(bytes: Uint8Array, at: number, width: number): number {
  const count = bytes[at] as number;
  return at + 1 + width * ((count & SAME) !== 0 ? 1 : count);
}

/** Leaves of the positions those with a mark from `from` to `to`, both taken and above 0. */
export function keepMarked(
  bytes: Uint8Array,
  end: number,
  width: number,
  from: number,
  to: number,
  left: GroupPositions,
): void {
  let at = 0;
  for (let block = 0; block < left.blocks; block++) {
    const next = at < end ? marksEnd(bytes, at, width) : end + 1;
    if (next > end) {
      left.keep(block, 0, 0);
      continue;
    }
    const start = at + 1;
    const count = (bytes[at] as number) & ~SAME;
    const isSame = ((bytes[at] as number) & SAME) !== 0;
    at = next;
    if (((left.low[block] as number) | (left.high[block] as number)) === 0) continue;
    let [low, high] = [0, 0];
    for (let position = 0; position < count; position++) {
      const place = isSame ? start : start + width * position;
      const mark = width === 2 ? ((bytes[place] as number) << 8) | (bytes[place + 1] as number) : bytes[place];
      if ((mark as number) < from || (mark as number) > to) continue;
      if (position < 32) low |= 1 << position;
      else high |= 1 << (position - 32);
    }
    left.keep(block, low, high);
  }
}
