/**
 * A histogram of which there are thousands, one for each interval of a run: only buckets that hold something take room, 6
 * bytes each, sorted, within 3.2 % of the value. A second of steady traffic holds about a hundred of them. A value that
 * comes late, such as a send that timed out, finds its place in an old one just as well.
 */
import type { Micros } from '../../core/index.ts';
import { bucketOf, highestIn, rankOf, wholeMicros } from './buckets.ts';

const BITS = 5;
const FIRST_CAPACITY = 8;
/** Beyond all that there are. */
const NO_BUCKET = 0xffff;

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
    this.#tally(bucketOf(whole, BITS));
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
    this.#merge(buckets, counts, buckets.length, max);
  }

  join(other: SparseHistogram): void {
    this.#merge(other.#buckets, other.#counts, other.#used, other.#max);
  }

  /** A copy. */
  snapshot(): SparseSnapshot {
    return {
      buckets: this.#buckets.slice(0, this.#used),
      counts: this.#counts.slice(0, this.#used),
      max: this.#max,
    };
  }

  /** Two sorted lists become one. */
  #merge(buckets: Uint16Array, counts: Uint32Array, used: number, max: Micros): void {
    const size = this.#used + used - this.#sharedWith(buckets, used);
    const mine = { buckets: this.#buckets, counts: this.#counts };
    this.#buckets = new Uint16Array(size);
    this.#counts = new Uint32Array(size);
    let one = 0;
    let other = 0;
    for (let place = 0; place < size; place++) {
      const myBucket = one < this.#used ? (mine.buckets[one] as number) : NO_BUCKET;
      const theirBucket = other < used ? (buckets[other] as number) : NO_BUCKET;
      this.#buckets[place] = Math.min(myBucket, theirBucket);
      let count = 0;
      if (myBucket <= theirBucket) count += mine.counts[one++] as number;
      if (theirBucket <= myBucket) {
        const theirs = counts[other++] as number;
        count += theirs;
        this.#count += theirs;
      }
      this.#counts[place] = count;
    }
    this.#used = size;
    if (max > this.#max) this.#max = max;
  }

  /** Buckets that both hold. */
  #sharedWith(buckets: Uint16Array, used: number): number {
    let shared = 0;
    let one = 0;
    for (let other = 0; other < used; other++) {
      const bucket = buckets[other] as number;
      while (one < this.#used && (this.#buckets[one] as number) < bucket) one++;
      if (one < this.#used && this.#buckets[one] === bucket) shared++;
    }
    return shared;
  }

  #tally(bucket: number): void {
    this.#count++;
    const buckets = this.#buckets;
    let low = 0;
    let high = this.#used;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((buckets[middle] as number) < bucket) low = middle + 1;
      else high = middle;
    }
    if (low === this.#used || buckets[low] !== bucket) this.#insert(low, bucket);
    this.#counts[low] = (this.#counts[low] as number) + 1;
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
    const capacity = Math.max(FIRST_CAPACITY, this.#used + (this.#used >>> 1));
    const buckets = new Uint16Array(capacity);
    const counts = new Uint32Array(capacity);
    buckets.set(this.#buckets);
    counts.set(this.#counts);
    this.#buckets = buckets;
    this.#counts = counts;
  }
}
