/**
 * Exchanges of the blocks of a group: a list on disk, two words a block in memory.
 *
 *     +--------+------+-----------+--------+------+--
 *     | block  | form | as it     | block  | form | …     blocks by their number in the group, rising
 *     | u8     | u8   | says      |        |      |
 *     +--------+------+-----------+--------+------+--
 *
 *     form  0 to 63     this position alone
 *           64 to 127   positions 0 to form − 64
 *           130 to 135  form − 128 positions, u8 each
 *           192         a bit a position: low u32, high u32, big-endian
 */

/** Blocks of a group at most; their numbers fit a byte. */
export const MAX_GROUP_BLOCKS = 128;
/** Bytes of one block in a list at most. */
export const MAX_LISTED_BYTES = 10;

const FIRST_ONES = 64;
const LISTED = 128;
const MAX_LISTED = 7;
const BITS = 192;

/** Positions of each block of a group; bit n of `low` is position n, bit n of `high` position 32 + n. */
export class GroupPositions {
  /** Blocks of the group; what is behind them in the arrays is of another. */
  blocks = 0;
  readonly low: Int32Array = new Int32Array(MAX_GROUP_BLOCKS);
  readonly high: Int32Array = new Int32Array(MAX_GROUP_BLOCKS);

  /** All positions of a group. @param blocks up to {@link MAX_GROUP_BLOCKS} */
  fill(blocks: number): void {
    this.blocks = blocks;
    this.#set(-1);
  }

  clear(): void {
    this.#set(0);
  }

  get isEmpty(): boolean {
    for (let block = 0; block < this.blocks; block++) {
      if (((this.low[block] as number) | (this.high[block] as number)) !== 0) return false;
    }
    return true;
  }

  /** Those of another group of as many blocks, or of the same one. */
  copy(other: GroupPositions): void {
    this.blocks = other.blocks;
    for (let block = 0; block < this.blocks; block++) {
      this.low[block] = other.low[block] as number;
      this.high[block] = other.high[block] as number;
    }
  }

  add(other: GroupPositions): void {
    for (let block = 0; block < this.blocks; block++) {
      (this.low[block] as number) |= other.low[block] as number;
      (this.high[block] as number) |= other.high[block] as number;
    }
  }

  remove(other: GroupPositions): void {
    for (let block = 0; block < this.blocks; block++) {
      this.keep(block, ~(other.low[block] as number), ~(other.high[block] as number));
    }
  }

  keepAll(other: GroupPositions): void {
    for (let block = 0; block < this.blocks; block++) {
      this.keep(block, other.low[block] as number, other.high[block] as number);
    }
  }

  keep(block: number, low: number, high: number): void {
    (this.low[block] as number) &= low;
    (this.high[block] as number) &= high;
  }

  #set(word: number): void {
    for (let block = 0; block < this.blocks; block++) {
      this.low[block] = word;
      this.high[block] = word;
    }
  }
}

/** Writes the positions of one block. @returns where it ends, at most {@link MAX_LISTED_BYTES} further */
export function writePositions(bytes: Buffer, at: number, block: number, low: number, high: number): number {
  const count = countBits(low) + countBits(high);
  bytes[at] = block;
  if (count === 1) {
    bytes[at + 1] = low !== 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high);
    return at + 2;
  }
  if (isFirst(count, low, high)) {
    bytes[at + 1] = FIRST_ONES + count - 1;
    return at + 2;
  }
  if (count > MAX_LISTED) {
    bytes[at + 1] = BITS;
    bytes.writeInt32BE(low | 0, at + 2);
    bytes.writeInt32BE(high | 0, at + 6);
    return at + 10;
  }
  bytes[at + 1] = LISTED + count;
  let end = at + 2;
  for (let bits = low; bits !== 0; bits &= bits - 1) bytes[end++] = 31 - Math.clz32(bits & -bits);
  for (let bits = high; bits !== 0; bits &= bits - 1) bytes[end++] = 63 - Math.clz32(bits & -bits);
  return end;
}

/** Calls `take` with the positions of each block of a list, as far as its bytes are one. */
export function forEachBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  take: (block: number, low: number, high: number) => void,
): void {
  for (let at = start; at + 2 <= end; ) {
    const block = bytes[at] as number;
    const form = bytes[at + 1] as number;
    at += 2;
    if (block >= MAX_GROUP_BLOCKS) return;
    if (form < FIRST_ONES) {
      take(block, form < 32 ? 1 << form : 0, form < 32 ? 0 : 1 << (form - 32));
    } else if (form < LISTED) {
      const count = form - FIRST_ONES + 1;
      take(block, lowBits(count), lowBits(count - 32));
    } else if (form <= LISTED + MAX_LISTED) {
      let [low, high] = [0, 0];
      const last = Math.min(end, at + form - LISTED);
      for (; at < last; at++) {
        const position = bytes[at] as number;
        if (position < 32) low |= 1 << position;
        else high |= 1 << (position - 32);
      }
      take(block, low, high);
    } else {
      if (form !== BITS || at + 8 > end) return;
      take(block, readWord(bytes, at), readWord(bytes, at + 4));
      at += 8;
    }
  }
}

/** Leaves of the positions those that a list names. */
export function keepListed(bytes: Uint8Array, start: number, end: number, left: GroupPositions): void {
  let next = 0;
  forEachBlock(bytes, start, end, (block, low, high) => {
    if (block < next || block >= left.blocks) return;
    while (next < block) left.keep(next++, 0, 0);
    left.keep(next++, low, high);
  });
  while (next < left.blocks) left.keep(next++, 0, 0);
}

/** The first `count` bits of a word, none below 1, all from 32. */
export function lowBits(count: number): number {
  if (count <= 0) return 0;
  return count >= 32 ? -1 : (1 << count) - 1;
}

export function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function isFirst(count: number, low: number, high: number): boolean {
  return (low | 0) === lowBits(count) && (high | 0) === lowBits(count - 32);
}

function readWord(bytes: Uint8Array, at: number): number {
  const upper = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return upper | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}
