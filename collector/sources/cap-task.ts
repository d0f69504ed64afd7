/** What the parent asks of the `cap` child. */
import type { ByteCount } from '../../core/index.ts';

export interface CapTask {
  readonly interface: string;
  readonly filter: readonly string[];
  readonly kernelBufferBytes: ByteCount;
}
