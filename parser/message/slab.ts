/**
 * Memory for small messages: handed out from the front of a block, never taken back. A block lives as long as any message
 * in it; messages of one time go out at about one time, so little is held that way.
 */
import type { ByteCount } from '../../core/index.ts';

const SLAB_BYTES: ByteCount = 64 * 1024;
/** Larger pieces get memory of their own, so that at most a quarter of a block is wasted at its end. */
export const MAX_SLAB_PIECE_BYTES: ByteCount = 16 * 1024;

export class Slab {
  #block: ArrayBuffer = new ArrayBuffer(0);
  #used = 0;

  /** @returns exactly so many bytes, contents arbitrary */
  take(byteCount: ByteCount): Uint8Array {
    if (byteCount > MAX_SLAB_PIECE_BYTES) return Buffer.allocUnsafeSlow(byteCount);
    if (byteCount > this.#block.byteLength - this.#used) {
      this.#block = Buffer.allocUnsafeSlow(SLAB_BYTES).buffer as ArrayBuffer;
      this.#used = 0;
    }
    const piece = new Uint8Array(this.#block, this.#used, byteCount);
    this.#used += byteCount;
    return piece;
  }
}
