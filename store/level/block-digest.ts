/**
 * Digests of the blocks of a segment, summed over its entries in whatever order they come.
 *
 * A table of arrays: some 50 bytes a block of 21-byte keys, 30 MB for 600,000 blocks; twice that while it grows.
 */
import { crc32 } from 'node:zlib';

const FIRST_SLOTS = 1024;
const FIRST_KEY_BYTES = 32 * 1024;
const NO_BLOCK = 0xffff_ffff;

/** Sum over the entries of one block, the same in whatever order they come. */
export class BlockDigest {
  #postings = 0;
  #low = 0;
  #high = 0;

  add(key: Uint8Array, value: Uint8Array): void {
    const low = crc32(value, crc32(key));
    this.#postings++;
    this.#low = (this.#low + low) >>> 0;
    this.#high = (this.#high + crc32(key, low)) >>> 0;
  }

  get text(): string {
    return digestText(this.#postings, this.#low, this.#high);
  }
}

export class BlockDigests {
  readonly #maxBlocks: number;
  #count = 0;
  /** Number of a block by the hash of its key; open addressing, at most half full. */
  #slots = new Uint32Array(FIRST_SLOTS).fill(NO_BLOCK);
  /** Of each block: end of its key in the keys, postings, sums. */
  #columns = new Uint32Array(4 * (FIRST_SLOTS / 2));
  #keys = Buffer.allocUnsafeSlow(FIRST_KEY_BYTES);

  /** @param maxBlocks as many are held */
  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks;
  }

  /** @returns false where the table is full */
  add(block: Uint8Array, key: Uint8Array, value: Uint8Array): boolean {
    const number = this.#numberOf(block);
    if (number === undefined) return false;
    const low = crc32(value, crc32(key));
    const at = 4 * number + 1;
    const columns = this.#columns;
    (columns[at] as number) += 1;
    (columns[at + 1] as number) += low;
    (columns[at + 2] as number) += crc32(key, low);
    return true;
  }

  *blocks(): Generator<{ readonly block: Uint8Array; readonly digest: string }> {
    for (let number = 0; number < this.#count; number++) {
      const [postings, low, high] = this.#columns.subarray(4 * number + 1, 4 * number + 4) as unknown as [
        number,
        number,
        number,
      ];
      yield { block: Uint8Array.from(this.#keyOf(number)), digest: digestText(postings, low, high) };
    }
  }

  #numberOf(block: Uint8Array): number | undefined {
    const mask = this.#slots.length - 1;
    let slot = hashBlock(block) & mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === NO_BLOCK) break;
      if (Buffer.compare(this.#keyOf(number), block) === 0) return number;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#maxBlocks) return undefined;
    const number = this.#count++;
    this.#slots[slot] = number;
    this.#keep(number, block);
    if (2 * this.#count >= this.#slots.length) this.#grow();
    return number;
  }

  #keyOf(number: number): Buffer {
    return this.#keys.subarray(number === 0 ? 0 : this.#columns[4 * number - 4], this.#columns[4 * number]);
  }

  #keep(number: number, block: Uint8Array): void {
    const start = number === 0 ? 0 : (this.#columns[4 * number - 4] as number);
    const end = start + block.length;
    if (end > this.#keys.length) {
      const keys = Buffer.allocUnsafeSlow(Math.max(2 * this.#keys.length, end));
      this.#keys.copy(keys);
      this.#keys = keys;
    }
    this.#keys.set(block, start);
    this.#columns[4 * number] = end;
  }

  #grow(): void {
    const columns = new Uint32Array(2 * this.#columns.length);
    columns.set(this.#columns);
    this.#columns = columns;
    this.#slots = new Uint32Array(2 * this.#slots.length).fill(NO_BLOCK);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashBlock(this.#keyOf(number)) & mask;
      while (this.#slots[slot] !== NO_BLOCK) slot = (slot + 1) & mask;
      this.#slots[slot] = number;
    }
  }
}

/** FNV-1a with the bits mixed once more, because the low ones are what a slot is taken from. */
export function hashBlock(block: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < block.length; i++) hash = Math.imul(hash ^ (block[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function digestText(postings: number, low: number, high: number): string {
  return `${postings}:${low.toString(16)}:${high.toString(16)}`;
}
