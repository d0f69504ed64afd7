/**
 * A block's body under the key of its segment: AES-256-GCM.
 *
 *     0        4          16        32
 *     +--------+----------+---------+--------------
 *     | key id | nonce    | tag     | ciphertext …
 *     | u32    | 12 bytes | 16 bytes|
 *     +--------+----------+---------+--------------
 *
 * The tag also covers what stands before it in the block and the key id. Nonces are random, because a number that was
 * lost in a crash is given again: a segment's key may seal 2^32 of them (NIST SP 800-38D, section 8.3), a segment holds
 * millions at most.
 */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { ByteCount, SecretKey } from '../../core/index.ts';

/** The key of one segment, as a block needs it: 32 bytes, and the id by which the block names it. */
export type BlockKeyMaterial = SecretKey;

const KEY_ID_BYTES: ByteCount = 4;
const NONCE_BYTES: ByteCount = 12;
const TAG_BYTES: ByteCount = 16;
const OVERHEAD_BYTES: ByteCount = KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
const ALGORITHM = 'aes-256-gcm';

/** Nonces are drawn many at a time: a call costs more than its bytes. */
const nonces = Buffer.alloc(NONCE_BYTES * 256);
let nextNonce = nonces.length;

/** @param head what the tag covers besides the body */
export function encryptBody(body: Uint8Array, head: Uint8Array, key: BlockKeyMaterial): readonly Uint8Array[] {
  const keyId = Buffer.from(key.id, 'hex');
  const nonce = drawNonce();
  const cipher = createCipheriv(ALGORITHM, key.bytes, nonce).setAAD(Buffer.concat([head, keyId]));
  const sealed = cipher.update(body);
  cipher.final();
  return [keyId, nonce, cipher.getAuthTag(), sealed];
}

/** @returns id of the key that opens the body; undefined where it is too short to be one */
export function bodyKeyId(body: Buffer): string | undefined {
  return body.length < OVERHEAD_BYTES ? undefined : body.toString('hex', 0, KEY_ID_BYTES);
}

/** @returns undefined where the key is another one or the bytes were changed */
export function decryptBody(body: Buffer, head: Uint8Array, key: BlockKeyMaterial): Buffer | undefined {
  if (body.length < OVERHEAD_BYTES) return undefined;
  const nonce = body.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([head, body.subarray(0, KEY_ID_BYTES)]));
  decipher.setAuthTag(body.subarray(KEY_ID_BYTES + NONCE_BYTES, OVERHEAD_BYTES));
  const opened = decipher.update(body.subarray(OVERHEAD_BYTES));
  try {
    decipher.final();
    return opened;
  } catch {
    return undefined;
  }
}

function drawNonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += NONCE_BYTES;
  return Buffer.from(nonces.subarray(nextNonce - NONCE_BYTES, nextNonce));
}
