/**
 * A histogram of which there are thousands, one for each interval of a run: only buckets that hold something take room, 6
 * bytes each, sorted, within 1.6 % of the value. A second of steady traffic holds about a hundred of them. A value that
 * comes late, such as a send that timed out, finds its place in an old one just as well.
 */
import type { Micros } from '../../core/index.ts';
import { bucketOf, highestIn, rankOf, wholeMicros } from './buckets.ts';

const BITS = 6;
const FIRST_CAPACITY = 8;

export interface SparseSnapshot {
  readonly buckets: Uint16Array;
  readonly counts: Uint32Array;
  readonly max: Micros;
}

export class SparseHistogram {
  #buckets = new Uint16Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);
  #used = 0;
  #count = 0;
  #max: Micros = 0;

  record(micros: Micros): void {
    const whole = wholeMicros(micros);
    if (whole > this.#max) this.#max = whole;
    this.#tally(bucketOf(whole, BITS), 1);
  }

  get max(): Micros {
    return this.#max;
  }

  /** 0 where nothing was recorded. */
  percentile(percent: number): Micros {
    let missing = rankOf(percent, this.#count);
    for (let place = 0; place < this.#used; place++) {
      missing -= this.#counts[place] as number;
      if (missing <= 0) return Math.min(this.#max, highestIn(this.#buckets[place] as number, BITS));
    }
    return this.#max;
  }

  add({ buckets, counts, max }: SparseSnapshot): void {
    for (const [place, bucket] of buckets.entries()) this.#tally(bucket, counts[place] as number);
    if (max > this.#max) this.#max = max;
  }

  /** A copy. */
  snapshot(): SparseSnapshot {
    return {
      buckets: this.#buckets.slice(0, this.#used),
      counts: this.#counts.slice(0, this.#used),
      max: this.#max,
    };
  }

  #tally(bucket: number, times: number): void {
    this.#count += times;
    const buckets = this.#buckets;
    let low = 0;
    let high = this.#used;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((buckets[middle] as number) < bucket) low = middle + 1;
      else high = middle;
    }
    if (low === this.#used || buckets[low] !== bucket) this.#insert(low, bucket);
    this.#counts[low] = (this.#counts[low] as number) + times;
  }

  #insert(place: number, bucket: number): void {
    if (this.#used === this.#buckets.length) this.#grow();
    this.#buckets.copyWithin(place + 1, place, this.#used);
    this.#counts.copyWithin(place + 1, place, this.#used);
    this.#buckets[place] = bucket;
    this.#counts[place] = 0;
    this.#used++;
  }

  /** By half: there are thousands of these. */
  #grow(): void {
    const capacity = this.#used + (this.#used >>> 1);
    const buckets = new Uint16Array(capacity);
    const counts = new Uint32Array(capacity);
    buckets.set(this.#buckets);
    counts.set(this.#counts);
    this.#buckets = buckets;
    this.#counts = counts;
  }
}
