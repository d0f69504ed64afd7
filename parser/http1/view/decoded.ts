import type { ByteCount } from '../../../core/index.ts';

/** What undoing one coding gave. */
export interface Decoded {
  readonly bytes: Uint8Array;
  /** `bomb`: there is more than allowed; the bytes are a beginning of it. */
  readonly state: 'complete' | 'incomplete' | 'broken' | 'bomb';
}

/** @param bytes not empty @param maxBytes of output */
export type Decoder = (bytes: Uint8Array, maxBytes: ByteCount) => Decoded;
