/**
 * Numbers that a seed determines: sfc32 of Chris Doty-Humphrey's PractRand (public domain), three words of state and a
 * counter, so that no seed has a period below 2^32. Seeded as there: the first twelve words are thrown away.
 */
export class RandomSource {
  #a = 0;
  #b: number;
  #c = 0;
  #counter = 1;

  /** @param seed 32 bits */
  constructor(seed: number) {
    this.#b = seed | 0;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** The next one, in [0, 1), a multiple of 2^-32. */
  next(): number {
    const b = this.#b;
    const c = this.#c;
    const sum = (this.#a + b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }
}
