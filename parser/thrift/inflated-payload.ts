/** The beginning of a payload that THeader's zlib transform changed: enough for its name, type and id. */
import { constants, inflateSync } from 'node:zlib';
import type { ByteCount } from '../../core/index.ts';

/** Compressed bytes looked at; names are short. Deflate grows at most 1032 times, so a bomb costs half a megabyte. */
const MAX_LOOKED_AT: ByteCount = 512;

const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 };

/** @returns what the beginning inflates to; undefined where it is not zlib's */
export function inflatedBeginning(payload: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(payload.subarray(0, MAX_LOOKED_AT), OPTIONS);
  } catch {
    return undefined;
  }
}
