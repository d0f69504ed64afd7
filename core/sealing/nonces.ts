/**
 * Nonces that no key sees twice: chance for each source, then a count (NIST SP 800-38D, section 8.2.1).
 *
 *     0               8           12
 *     +---------------+-----------+
 *     | chance        | count     |        drawn anew when the count is used up
 *     +---------------+-----------+
 *
 * Two sources of one key meet once in 2^64 pairs. A process makes one source for all it seals.
 */
import type { ByteCount } from '../units.ts';

export const NONCE_BYTES: ByteCount = 12;
const CHANCE_BYTES = 8;
const MAX_COUNT = 0xffff_ffff;

/** Fills the bytes with chance fit for cryptography. */
export type Chance = (bytes: Uint8Array) => void;

export class NonceSource {
  readonly #chance: Chance;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #count = MAX_COUNT;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Lent until the next call. */
  next(): Uint8Array {
    if (this.#count === MAX_COUNT) {
      this.#chance(this.#nonce.subarray(0, CHANCE_BYTES));
      this.#count = -1;
    }
    this.#nonce.writeUInt32BE(++this.#count, CHANCE_BYTES);
    return this.#nonce;
  }
}
