/**
 * A secret as it is kept: encrypted and authenticated with AES-256-GCM (NIST SP 800-38D). The id of the key stands beside it.
 *
 *     0         1         13                 13 + n     29 + n
 *     +---------+---------+------------------+----------+
 *     | version | nonce   | ciphertext, n    | tag      |
 *     +---------+---------+------------------+----------+
 *
 * The version is authenticated with it. A changed octet anywhere makes it `tampered`.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyRing, SecretKey } from '../keys/key-ring.ts';
import type { ByteCount } from '../units.ts';
import { NONCE_BYTES } from './nonces.ts';

const VERSION = 1;
const VERSION_BYTES = Uint8Array.of(VERSION);
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What an envelope is longer than what it holds. */
export const ENVELOPE_BYTES: ByteCount = 1 + NONCE_BYTES + TAG_BYTES;

/** `unknown-key`: the ring does not have it; `tampered`: changed, or sealed with another key; `unknown-form`: cut, or of a later version. */
export type UnsealProblem = 'unknown-key' | 'tampered' | 'unknown-form';

export type Unsealed =
  | { readonly kind: 'plain'; readonly bytes: Uint8Array }
  | { readonly kind: 'sealed'; readonly problem: UnsealProblem };

/** @param nonce never used with this key before, see `NonceSource` */
export function seal(key: SecretKey, plain: Uint8Array, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key.bytes, nonce);
  cipher.setAAD(VERSION_BYTES);
  const sealed = new Uint8Array(ENVELOPE_BYTES + plain.length);
  sealed[0] = VERSION;
  sealed.set(nonce, 1);
  sealed.set(cipher.update(plain), 1 + NONCE_BYTES);
  cipher.final(); // GCM keeps nothing back
  sealed.set(cipher.getAuthTag(), sealed.length - TAG_BYTES);
  return sealed;
}

/** Never throws, whatever the bytes. */
export function unseal(ring: KeyRing, keyId: string, sealed: Uint8Array): Unsealed {
  const key = ring.find(keyId);
  if (key === undefined) return { kind: 'sealed', problem: 'unknown-key' };
  if (sealed.length < ENVELOPE_BYTES || sealed[0] !== VERSION) return { kind: 'sealed', problem: 'unknown-form' };
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key.bytes, sealed.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(VERSION_BYTES);
  decipher.setAuthTag(sealed.subarray(tagAt));
  try {
    const bytes = decipher.update(sealed.subarray(1 + NONCE_BYTES, tagAt));
    decipher.final();
    return { kind: 'plain', bytes };
  } catch {
    return { kind: 'sealed', problem: 'tampered' };
  }
}
