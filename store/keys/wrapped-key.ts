/**
 * A segment's key as it is kept, under a key of the user's ring: AES-256-GCM.
 *
 *     0       4         5          9          21          37
 *     +-------+---------+----------+----------+-----------+-----------------+
 *     | BCSK  | version | ring key | nonce    | tag       | key, 32 bytes,  |
 *     |       | u8      | u32      | 12 bytes | 16 bytes  | encrypted       |
 *     +-------+---------+----------+----------+-----------+-----------------+
 *
 * The tag also covers bytes 0–8 and the name under which the key is kept, so that a key cannot be moved to another
 * segment. Version 1 is the first.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type ByteCount, KEY_BYTES, type SecretKey } from '../../core/index.ts';

const MAGIC = 0x4243534b;
const VERSION = 1;
const HEAD_BYTES: ByteCount = 9;
const NONCE_END = HEAD_BYTES + 12;
const TAG_END = NONCE_END + 16;
const ALGORITHM = 'aes-256-gcm';

/** @param name under which the wrapped key is kept */
export function wrapKey(key: Uint8Array, name: string, ringKey: SecretKey): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(MAGIC, 0);
  head[4] = VERSION;
  head.write(ringKey.id, 5, 'hex');
  const nonce = randomBytes(NONCE_END - HEAD_BYTES);
  const cipher = createCipheriv(ALGORITHM, ringKey.bytes, nonce).setAAD(covered(head, name));
  const wrapped = cipher.update(key);
  cipher.final();
  return Buffer.concat([head, nonce, cipher.getAuthTag(), wrapped]);
}

/** @returns id of the ring's key that opens it; undefined for bytes that are no wrapped key of a version known here */
export function wrappingKeyId(bytes: Uint8Array): string | undefined {
  const wrapped = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (wrapped.length !== TAG_END + KEY_BYTES || wrapped.readUInt32BE(0) !== MAGIC || wrapped[4] !== VERSION) {
    return undefined;
  }
  return wrapped.toString('hex', 5, HEAD_BYTES);
}

/** @returns undefined where the bytes were changed, or are of another name or ring key */
export function unwrapKey(bytes: Uint8Array, name: string, ringKey: SecretKey): Buffer | undefined {
  if (wrappingKeyId(bytes) !== ringKey.id) return undefined;
  const decipher = createDecipheriv(ALGORITHM, ringKey.bytes, bytes.subarray(HEAD_BYTES, NONCE_END), {
    authTagLength: TAG_END - NONCE_END,
  });
  decipher.setAAD(covered(bytes.subarray(0, HEAD_BYTES), name));
  decipher.setAuthTag(bytes.subarray(NONCE_END, TAG_END));
  const key = decipher.update(bytes.subarray(TAG_END));
  try {
    decipher.final();
    return key;
  } catch {
    return undefined;
  }
}

function covered(head: Uint8Array, name: string): Buffer {
  return Buffer.concat([head, Buffer.from(name)]);
}
