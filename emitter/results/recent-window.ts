/**
 * Percentiles of the last ten seconds: eleven histograms in a ring, of which the newest counts. Time comes by `roll` alone,
 * a few times a second, so that recording is two additions. 90 KiB each.
 */
import type { Micros } from '../../core/index.ts';
import { bucketCount, bucketOf, highestIn, rankOf, wholeMicros } from './buckets.ts';

const BITS = 6;
const SLOT_MICROS: Micros = 1_000_000;
/** Ten whole ones and the one that is being filled. */
const SLOTS = 11;
const BUCKETS = bucketCount(BITS);

export class RecentWindow {
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint32Array(BUCKETS));
  /** Of all slots. */
  readonly #sums = new Float64Array(BUCKETS);
  #count = 0;
  #newest = this.#slots[0] as Uint32Array;
  #slot = 0;

  record(micros: Micros): void {
    const bucket = bucketOf(wholeMicros(micros), BITS);
    this.#newest[bucket] = (this.#newest[bucket] as number) + 1;
    this.#sums[bucket] = (this.#sums[bucket] as number) + 1;
    this.#count++;
  }

  /** @param offset µs since the run's start; what is older than ten seconds by then is forgotten */
  roll(offset: Micros): void {
    const slot = Math.floor(offset / SLOT_MICROS);
    for (let next = Math.max(this.#slot + 1, slot - SLOTS + 1); next <= slot; next++) {
      this.#newest = this.#slots[next % SLOTS] as Uint32Array;
      this.#forget(this.#newest);
      this.#slot = next;
    }
  }

  /** 0 where nothing was recorded, otherwise within 1.6 %. */
  percentile(percent: number): Micros {
    let missing = rankOf(percent, this.#count);
    for (let bucket = 0; bucket < BUCKETS && this.#count > 0; bucket++) {
      missing -= this.#sums[bucket] as number;
      if (missing <= 0) return highestIn(bucket, BITS);
    }
    return 0;
  }

  #forget(slot: Uint32Array): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const held = slot[bucket] as number;
      if (held === 0) continue;
      this.#sums[bucket] = (this.#sums[bucket] as number) - held;
      this.#count -= held;
      slot[bucket] = 0;
    }
  }
}
