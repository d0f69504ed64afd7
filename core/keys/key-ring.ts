/**
 * Secret keys of a user, by id: the newest seals, older ones still open what was sealed with them.
 *
 * A ring is made at the edge from the user's key file; nothing here reads files.
 */

/** Bytes of a key: AES-256. */
export const KEY_BYTES = 32;

export interface SecretKey {
  /** 8 hexadecimal digits: the first bytes of the SHA-256 of the key, so that a key cannot go by a wrong id. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface KeyRing {
  /** The key that seals. */
  readonly current: SecretKey;
  find(keyId: string): SecretKey | undefined;
}
