/** What a server says before it is spoken to, such as a greeting: kept for the first send of the connection, which it answers. */
import type { ByteCount } from '../../core/index.ts';

/** Greetings are short; more than this no session waits for. */
const MAX_EARLY_BYTES: ByteCount = 64 * 1024;

export class EarlyBytes {
  #chunks: Uint8Array[] = [];
  #byteCount: ByteCount = 0;

  get byteCount(): ByteCount {
    return this.#byteCount;
  }

  /**
   * @param bytes borrowed for the call
   * @returns false where it is too much
   */
  offer(bytes: Uint8Array, byteCount: ByteCount): boolean {
    if (this.#byteCount + byteCount > MAX_EARLY_BYTES) return false;
    this.#byteCount += byteCount;
    this.#chunks.push(new Uint8Array(bytes.subarray(0, byteCount)));
    return true;
  }

  /** Takes all. */
  take(): readonly Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#byteCount = 0;
    return chunks;
  }
}
