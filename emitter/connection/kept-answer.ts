/** The bytes of the answer that is being read, for results that keep them: the first {@link MAX_KEPT_BYTES} of it. */
import type { ByteCount } from '../../core/index.ts';

export const MAX_KEPT_BYTES: ByteCount = 1024 * 1024;

/** A larger buffer is let go between answers, so that many connections do not each hold on to one. */
const MAX_REUSED_BYTES: ByteCount = 16 * 1024;

const NO_BYTES = new Uint8Array(0);

export class KeptAnswer {
  #buffer = NO_BYTES;
  #kept = 0;
  #seen = 0;

  /** @param bytes borrowed for the call */
  append(bytes: Uint8Array, start: number, end: number): void {
    this.#seen += end - start;
    const byteCount = Math.min(end - start, MAX_KEPT_BYTES - this.#kept);
    if (byteCount === 0) return;
    const needed = this.#kept + byteCount;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(MAX_KEPT_BYTES, Math.max(1024, needed, 2 * this.#buffer.length)));
      larger.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes.subarray(start, start + byteCount), this.#kept);
    this.#kept = needed;
  }

  /**
   * Ends the answer and begins the next.
   * @param byteCount length of the answer; what came before it, such as interim answers, is left out
   */
  take(byteCount: ByteCount): Uint8Array {
    const answer = this.#buffer.slice(Math.max(0, this.#seen - byteCount), this.#kept);
    this.#kept = 0;
    this.#seen = 0;
    if (this.#buffer.length > MAX_REUSED_BYTES) this.#buffer = NO_BYTES;
    return answer;
  }
}
