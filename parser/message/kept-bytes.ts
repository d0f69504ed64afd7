/** How many bytes are kept for exchanges that are not out yet: of one flow, and of all. */
import type { ByteCount } from '../../core/index.ts';

/** One for the whole parser. */
export class KeptTotal {
  bytes: ByteCount = 0;
  readonly maxBytes: ByteCount;

  constructor(maxBytes: ByteCount) {
    this.maxBytes = maxBytes;
  }
}

/** One a flow. Policy when full: the rest of the message is counted and not kept (`truncated`). */
export class KeptBytes {
  #bytes: ByteCount = 0;
  readonly #total: KeptTotal;
  readonly #maxBytes: ByteCount;

  constructor(total: KeptTotal, maxBytes: ByteCount) {
    this.#total = total;
    this.#maxBytes = maxBytes;
  }

  /** Takes room for the bytes, or answers false and takes none. */
  take(byteCount: ByteCount): boolean {
    if (this.#bytes + byteCount > this.#maxBytes || this.#total.bytes + byteCount > this.#total.maxBytes) return false;
    this.#bytes += byteCount;
    this.#total.bytes += byteCount;
    return true;
  }

  release(byteCount: ByteCount): void {
    this.#bytes -= byteCount;
    this.#total.bytes -= byteCount;
  }
}
