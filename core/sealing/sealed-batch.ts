/**
 * A batch of bytes that travels encrypted, such as raw stream chunks on a bus: one envelope that names its key.
 *
 *     0         1         5
 *     +---------+---------+--------------------------------+
 *     | version | key id  | envelope, see envelope.ts      |
 *     +---------+---------+--------------------------------+
 */
import type { KeyRing, SecretKey } from '../keys/key-ring.ts';
import { seal, type Unsealed, unseal } from './envelope.ts';

const VERSION = 1;
const KEY_ID_BYTES = 4;
const HEAD_BYTES = 1 + KEY_ID_BYTES;

/** @param nonce never used with this key before */
export function sealBatch(key: SecretKey, bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  const envelope = seal(key, bytes, nonce);
  const batch = Buffer.allocUnsafe(HEAD_BYTES + envelope.length);
  batch[0] = VERSION;
  batch.write(key.id, 1, 'hex');
  batch.set(envelope, HEAD_BYTES);
  return batch;
}

/** Never throws, whatever the bytes. */
export function openBatch(ring: KeyRing, batch: Uint8Array): Unsealed {
  if (batch.length < HEAD_BYTES || batch[0] !== VERSION) return { kind: 'sealed', problem: 'unknown-form' };
  const keyId = Buffer.from(batch.buffer, batch.byteOffset + 1, KEY_ID_BYTES).toString('hex');
  return unseal(ring, keyId, batch.subarray(HEAD_BYTES));
}
