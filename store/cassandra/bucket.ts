/** A key as bucket and rest, and a range of keys as a range of buckets. */
import { BUCKET_BYTES, type KeyRange } from '../../core/index.ts';

export interface SplitKey {
  readonly bucket: Buffer;
  readonly rest: Buffer;
}

/** @returns views; a key shorter than a bucket is a bucket of its own with an empty rest */
export function splitKey(key: Uint8Array): SplitKey {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return { bucket: bytes.subarray(0, BUCKET_BYTES), rest: bytes.subarray(BUCKET_BYTES) };
}

export const NOTHING: Buffer = Buffer.alloc(0);

/** Rests of one bucket that a range takes; `to` absent is to its end. */
export interface RestRange {
  readonly from: Buffer;
  readonly to?: Buffer;
}

export class BucketRange {
  /** First bucket of the range, inclusive. */
  readonly first: Buffer;
  /** Last bucket of the range, inclusive; absent to the end. */
  readonly last: Buffer | undefined;
  readonly #from: SplitKey;
  readonly #to: SplitKey | undefined;

  constructor(range: Pick<KeyRange, 'from' | 'to'>) {
    this.#from = splitKey(range.from ?? NOTHING);
    this.#to = range.to === undefined ? undefined : splitKey(range.to);
    this.first = this.#from.bucket;
    this.last = this.#to?.bucket;
  }

  /** @param bucket from `first` to `last` */
  restsOf(bucket: Buffer): RestRange {
    const from = bucket.equals(this.#from.bucket) ? this.#from.rest : NOTHING;
    return this.#to !== undefined && bucket.equals(this.#to.bucket) ? { from, to: this.#to.rest } : { from };
  }
}
