/**
 * Percentiles of the last ten seconds: eleven histograms in a ring, of which the newest counts. Time comes by `roll` alone,
 * a few times a second, so that recording is one addition.
 */
import type { Micros } from '../../core/index.ts';
import { bucketCount, bucketOf, highestIn, rankOf, wholeMicros } from './buckets.ts';

const BITS = 6;
const SLOT_MICROS: Micros = 1_000_000;
/** Ten whole ones and the one that is being filled. */
const SLOTS = 11;

export class RecentWindow {
  readonly #slots = Array.from({ length: SLOTS }, () => new Uint32Array(bucketCount(BITS)));
  #newest = this.#slots[0] as Uint32Array;
  #slot = 0;

  record(micros: Micros): void {
    const bucket = bucketOf(wholeMicros(micros), BITS);
    this.#newest[bucket] = (this.#newest[bucket] as number) + 1;
  }

  /** @param offset µs since the run's start; what is older than ten seconds by then is forgotten */
  roll(offset: Micros): void {
    const slot = Math.floor(offset / SLOT_MICROS);
    for (let next = Math.max(this.#slot + 1, slot - SLOTS + 1); next <= slot; next++) {
      this.#newest = this.#slots[next % SLOTS] as Uint32Array;
      this.#newest.fill(0);
      this.#slot = next;
    }
  }

  /** 0 where nothing was recorded, otherwise within 1.6 %. */
  percentiles(percents: readonly number[]): readonly Micros[] {
    const sums = new Float64Array(bucketCount(BITS));
    let count = 0;
    for (const slot of this.#slots) {
      for (const [bucket, held] of slot.entries()) {
        if (held === 0) continue;
        sums[bucket] = (sums[bucket] as number) + held;
        count += held;
      }
    }
    return percents.map((percent) => (count === 0 ? 0 : highestIn(bucketAt(sums, rankOf(percent, count)), BITS)));
  }
}

function bucketAt(sums: Float64Array, rank: number): number {
  let missing = rank;
  return sums.findIndex((held) => {
    missing -= held;
    return missing <= 0;
  });
}
