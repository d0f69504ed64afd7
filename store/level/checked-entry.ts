/**
 * Entries of the index with a checksum behind each value, because LevelDB checks none when it reads:
 *
 *     key                                                      value
 *     +-------+--------+---------------+-------+---------+--------+    +---------+-------+
 *     | field | length | value         | slice | hash    | blocks |    | content | crc32 |    big-endian,
 *     | u8    | u8     | length bytes  | u32   | 7 bytes | u8     |    |         | u32   |    over key and content
 *     +-------+--------+---------------+-------+---------+--------+    +---------+-------+
 *
 * Slice, hash and the number of blocks are the same in all entries of a group, and name it. The hash is of all the rest
 * that the entries say: a group put again is written over itself, and no two groups of a slice have one name.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { MAX_GROUP_BLOCKS } from './block-positions.ts';

const HASH_BYTES = 7;
const NAME_BYTES: number = HASH_BYTES + 1;
const SLICE_BYTES = 4;
export const GROUP_KEY_BYTES: number = SLICE_BYTES + NAME_BYTES;
const SUM_BYTES = 4;
const FIRST_BYTES = 256 * 1024;
const NUMBERS_AN_ENTRY = 3;

/** Gathers the entries of one group in one buffer, which is used again for the next. */
export class EntryBuffer {
  /** Where the content of the entry that was begun goes. */
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  at = 0;
  /** Of each entry where it begins, where its content begins, where that ends. */
  readonly #places: number[] = [];

  begin(): void {
    this.at = 0;
    this.#places.length = 0;
  }

  /**
   * Begins an entry.
   *
   * @param prefix field, length and value
   * @param maxContentBytes written at most before {@link endEntry}
   */
  beginEntry(prefix: Uint8Array, slice: number, maxContentBytes: number): void {
    this.#reserve(prefix.length + GROUP_KEY_BYTES + maxContentBytes + SUM_BYTES);
    this.#places.push(this.at);
    this.bytes.set(prefix, this.at);
    this.#endKey(this.at + prefix.length, slice);
  }

  /** The same, of a value in hexadecimal digits. */
  beginHexEntry(field: number, digits: string, slice: number, maxContentBytes: number): void {
    const byteCount = digits.length >>> 1;
    this.#reserve(2 + byteCount + GROUP_KEY_BYTES + maxContentBytes + SUM_BYTES);
    const { bytes, at } = this;
    this.#places.push(at);
    bytes[at] = field;
    bytes[at + 1] = byteCount;
    bytes.write(digits, at + 2, byteCount, 'hex');
    this.#endKey(at + 2 + byteCount, slice);
  }

  /** Content is written up to {@link at}. */
  endEntry(): void {
    this.#places.push(this.at);
    this.at += SUM_BYTES;
  }

  /** Names the group of so many blocks and calls `take` with its entries; key and value are borrowed for the call. */
  finish(blocks: number, take: (key: Buffer, value: Buffer) => void): void {
    const { bytes } = this;
    const places = this.#places;
    for (let n = 0; n < places.length; n += NUMBERS_AN_ENTRY) {
      const contentAt = places[n + 1] as number;
      bytes.fill(0, contentAt - NAME_BYTES, contentAt);
      bytes.fill(0, places[n + 2] as number, (places[n + 2] as number) + SUM_BYTES);
    }
    const hash = createHash('sha256').update(bytes.subarray(0, this.at)).digest();
    for (let n = 0; n < places.length; n += NUMBERS_AN_ENTRY) {
      const [start, contentAt, end] = [places[n], places[n + 1], places[n + 2]] as [number, number, number];
      for (let i = 0; i < HASH_BYTES; i++) bytes[contentAt - NAME_BYTES + i] = hash[i] as number;
      bytes[contentAt - 1] = blocks;
      writeSum(bytes, end, crc32(bytes.subarray(start, end)));
      take(bytes.subarray(start, contentAt), bytes.subarray(contentAt, end + SUM_BYTES));
    }
  }

  #endKey(sliceAt: number, slice: number): void {
    writeSum(this.bytes, sliceAt, slice);
    this.at = sliceAt + GROUP_KEY_BYTES;
    this.#places.push(this.at);
  }

  #reserve(byteCount: number): void {
    if (this.at + byteCount <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.at + byteCount));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** Blocks of the group with this name. */
export function blocksOf(group: Uint8Array): number {
  return Math.min(group[GROUP_KEY_BYTES - 1] ?? 0, MAX_GROUP_BLOCKS);
}

/** Value of an entry with this content. */
export function checkedValue(key: Uint8Array, content: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(content.length + SUM_BYTES);
  value.set(content);
  value.writeUInt32BE(crc32(content, crc32(key)), content.length);
  return value;
}

/** Bytes of the content in an entry's value; undefined where key or value are not what was written. */
export function checkedLength(key: Buffer, value: Buffer): number | undefined {
  const length = value.length - SUM_BYTES;
  if (length < 0 || key.length < GROUP_KEY_BYTES + 2) return undefined;
  return crc32(value.subarray(0, length), crc32(key)) === value.readUInt32BE(length) ? length : undefined;
}

function writeSum(bytes: Buffer, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
