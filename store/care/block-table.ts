/**
 * Blocks by key, each with a fingerprint, in 40 to 80 bytes a block: a segment of a million blocks in 48 MB.
 *
 *     record of 32 bytes                                    slots: u32, position of a record + 1, linear probing
 *     +----------------+----------------+--------+
 *     | key, 21 bytes  | fingerprint, 8 | flags  |
 *     +----------------+----------------+--------+
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const TABLE_KEY_BYTES = 21;
const RECORD_BYTES = 32;
const FINGERPRINT_AT = 21;
const FINGERPRINT_BYTES = 8;
const FLAG_AT = 29;
const FIRST_RECORDS = 1024;

export class BlockTable {
  size = 0;
  readonly #maxBlocks: number;
  #records = Buffer.alloc(FIRST_RECORDS * RECORD_BYTES);
  #slots = new Uint32Array(FIRST_RECORDS * 2);

  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks;
  }

  /**
   * @param key of {@link TABLE_KEY_BYTES}; one that is there already gets the new fingerprint
   * @returns false where the table is full
   */
  add(key: Uint8Array, fingerprint: Uint8Array): boolean {
    let at = this.#find(key);
    if (at < 0) {
      if (this.size === this.#maxBlocks) return false;
      if ((this.size + 1) * RECORD_BYTES > this.#records.length) this.#grow();
      at = this.size * RECORD_BYTES;
      this.#records.set(key, at);
      this.#link(this.size);
      this.size++;
    }
    this.#records.set(fingerprint, at + FINGERPRINT_AT);
    this.#records[at + FLAG_AT] = 0;
    return true;
  }

  has(key: Uint8Array): boolean {
    return this.#find(key) >= 0;
  }

  /** What it says of a block; a view, undefined where it is not there. */
  fingerprint(key: Uint8Array): Uint8Array | undefined {
    const at = this.#find(key);
    return at < 0 ? undefined : this.#records.subarray(at + FINGERPRINT_AT, at + FINGERPRINT_AT + FINGERPRINT_BYTES);
  }

  /** Marks a block, where it is there. */
  mark(key: Uint8Array): void {
    const at = this.#find(key);
    if (at >= 0) this.#records[at + FLAG_AT] = 1;
  }

  /** Keys in the order in which they were added; views. */
  *keys(which: 'all' | 'unmarked' = 'all'): Generator<Uint8Array> {
    for (let at = 0; at < this.size * RECORD_BYTES; at += RECORD_BYTES) {
      if (which === 'all' || this.#records[at + FLAG_AT] === 0) yield this.#records.subarray(at, at + TABLE_KEY_BYTES);
    }
  }

  #find(key: Uint8Array): number {
    if (key.length !== TABLE_KEY_BYTES) return -1;
    const mask = this.#slots.length - 1;
    for (let slot = crc32(key) & mask; ; slot = (slot + 1) & mask) {
      const record = this.#slots[slot] as number;
      if (record === 0) return -1;
      const at = (record - 1) * RECORD_BYTES;
      if (this.#records.compare(key, 0, TABLE_KEY_BYTES, at, at + TABLE_KEY_BYTES) === 0) return at;
    }
  }

  #link(record: number): void {
    const mask = this.#slots.length - 1;
    const at = record * RECORD_BYTES;
    let slot = crc32(this.#records.subarray(at, at + TABLE_KEY_BYTES)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = record + 1;
  }

  #grow(): void {
    const records = Buffer.alloc(this.#records.length * 2);
    records.set(this.#records);
    this.#records = records;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let record = 0; record < this.size; record++) this.#link(record);
  }
}

/** Eight bytes that stand for a digest. */
export function fingerprintOf(digest: string): Uint8Array {
  return hash('sha1', digest, 'buffer').subarray(0, FINGERPRINT_BYTES);
}
