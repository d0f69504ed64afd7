/** Whole numbers, nearly all of those between the first and the last: a bit each, in chunks of 32,768 that are made on use. */
import type { NumberRange } from '../owner/skipped-numbers.ts';

const CHUNK_NUMBERS = 32_768;

export class NumberSet {
  size = 0;
  last = 0;
  readonly #chunks = new Map<number, Uint8Array>();

  add(number: number): void {
    const chunkNumber = Math.floor(number / CHUNK_NUMBERS);
    let chunk = this.#chunks.get(chunkNumber);
    if (chunk === undefined) {
      chunk = new Uint8Array(CHUNK_NUMBERS / 8);
      this.#chunks.set(chunkNumber, chunk);
    }
    const bit = number % CHUNK_NUMBERS;
    const mask = 1 << (bit & 7);
    if (((chunk[bit >> 3] as number) & mask) !== 0) return;
    chunk[bit >> 3] = (chunk[bit >> 3] as number) | mask;
    this.size++;
    this.last = Math.max(this.last, number);
  }

  /** Runs of numbers that are not in it, in order, between `first` and `last` inclusive. */
  *missing(first: number, last: number): Generator<NumberRange> {
    let start: number | undefined;
    for (let number = first; number <= last; ) {
      const chunkNumber = Math.floor(number / CHUNK_NUMBERS);
      const chunk = this.#chunks.get(chunkNumber);
      const chunkEnd = Math.min(last + 1, (chunkNumber + 1) * CHUNK_NUMBERS);
      if (chunk === undefined) {
        start ??= number;
        number = chunkEnd;
        continue;
      }
      for (; number < chunkEnd; number++) {
        const bit = number % CHUNK_NUMBERS;
        if (((chunk[bit >> 3] as number) & (1 << (bit & 7))) === 0) {
          start ??= number;
        } else if (start !== undefined) {
          yield { first: start, last: number - 1 };
          start = undefined;
        }
      }
    }
    if (start !== undefined) yield { first: start, last };
  }
}
