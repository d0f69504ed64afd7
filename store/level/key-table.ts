/** Numbers of keys of one length, from 0 in the order they came: a hash table in arrays, `length` + 8 bytes a key. */

const FIRST_SLOTS = 1024;
const NOBODY = 0xffff_ffff;

export class KeyTable {
  readonly #keyBytes: number;
  #count = 0;
  /** Number of a key by its hash; open addressing, at most half full. */
  #slots = new Uint32Array(FIRST_SLOTS).fill(NOBODY);
  #keys: Buffer;

  constructor(keyBytes: number) {
    this.#keyBytes = keyBytes;
    this.#keys = Buffer.allocUnsafeSlow((keyBytes * FIRST_SLOTS) / 2);
  }

  get size(): number {
    return this.#count;
  }

  /** Number of the key that stands at a place; a new one where it was not there. */
  numberOf(bytes: Uint8Array, at = 0): number {
    const slot = this.#slotOf(bytes, at);
    const known = this.#slots[slot] as number;
    if (known !== NOBODY) return known;
    const number = this.#count++;
    this.#slots[slot] = number;
    for (let i = 0; i < this.#keyBytes; i++) this.#keys[number * this.#keyBytes + i] = bytes[at + i] as number;
    if (2 * this.#count >= this.#slots.length) this.#grow();
    return number;
  }

  /** @returns undefined for a key that is not there */
  find(bytes: Uint8Array, at = 0): number | undefined {
    const number = this.#slots[this.#slotOf(bytes, at)] as number;
    return number === NOBODY ? undefined : number;
  }

  /** A copy. */
  keyOf(number: number): Uint8Array {
    return Uint8Array.from(this.#keys.subarray(number * this.#keyBytes, (number + 1) * this.#keyBytes));
  }

  #slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashBytes(bytes, at, this.#keyBytes) & mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === NOBODY || this.#isKey(number, bytes, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isKey(number: number, bytes: Uint8Array, at: number): boolean {
    const start = number * this.#keyBytes;
    for (let i = 0; i < this.#keyBytes; i++) if (this.#keys[start + i] !== bytes[at + i]) return false;
    return true;
  }

  #grow(): void {
    const keys = Buffer.allocUnsafeSlow(2 * this.#keys.length);
    this.#keys.copy(keys);
    this.#keys = keys;
    this.#slots = new Uint32Array(2 * this.#slots.length).fill(NOBODY);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashBytes(keys, number * this.#keyBytes, this.#keyBytes) & mask;
      while (this.#slots[slot] !== NOBODY) slot = (slot + 1) & mask;
      this.#slots[slot] = number;
    }
  }
}

/** FNV-1a with the bits mixed once more, because the low ones are what a slot is taken from. */
export function hashBytes(bytes: Uint8Array, at: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[at + i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
