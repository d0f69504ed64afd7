/** What the parent asks of the libpcap child. */
import type { ByteCount } from '../../core/index.ts';

export interface LibpcapTask {
  readonly interface: string;
  readonly filter: readonly string[];
  readonly snapLengthBytes: ByteCount;
  readonly kernelBufferBytes: ByteCount;
}
