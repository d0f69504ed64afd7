/** Keys from their bytes, and a ring of them. */
import { createHash } from 'node:crypto';
import { KEY_BYTES, type KeyRing, type SecretKey } from './key-ring.ts';

const ID_BYTES = 4;

/**
 * @param bytes {@link KEY_BYTES}, kept
 * @throws RangeError for another length
 */
export function toSecretKey(bytes: Uint8Array): SecretKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${bytes.length}`);
  const id = createHash('sha256').update(bytes).digest().subarray(0, ID_BYTES).toString('hex');
  return { id, bytes };
}

/**
 * @param keys newest first, at least one
 * @throws RangeError where there is none
 */
export function toKeyRing(keys: readonly SecretKey[]): KeyRing {
  const [current] = keys;
  if (current === undefined) throw new RangeError('a ring has a key');
  const byId = new Map(keys.map((key) => [key.id, key]));
  return { current, find: (keyId) => byId.get(keyId) };
}
