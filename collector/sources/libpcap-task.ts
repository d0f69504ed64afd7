/** What the parent asks of the libpcap child. */
import type { ByteCount, Millis } from '../../core/index.ts';

export interface LibpcapTask {
  readonly interface: string;
  readonly filter: readonly string[];
  readonly snapLengthBytes: ByteCount;
  readonly kernelBufferBytes: ByteCount;
  /** Packets are handed over at the latest this long after they were captured, and a few ms. */
  readonly latencyMs: Millis;
}
