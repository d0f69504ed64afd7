/**
 * The user's keys as text: a line a key, newest first; what begins with `#` is for people.
 *
 *     # …
 *     8f14e45f 4c1d…64 hexadecimal digits…90 2026-11-21T10:00:00Z
 *
 * The id is that of the key (the first bytes of its SHA-256), so that a mistyped key is noticed.
 */
import { formatIsoTime, KEY_BYTES, type Micros, type SecretKey, toSecretKey } from '../../core/index.ts';

export interface StoredKey extends SecretKey {
  /** When it was made, as written. */
  readonly createdAt: string;
}

/** Keys of a file at most: every rotation is one. */
export const MAX_KEYS = 1_000;

const HEAD = [
  '# Keys of bytecopy: they open the secrets (passwords, tokens, cookies) of what was recorded with them.',
  '# The first seals, all of them open. Without this file they are lost; whoever has it can read them.',
];

const LINE = new RegExp(`^([0-9a-f]{8}) ([0-9a-f]{${KEY_BYTES * 2}}) (\\S+)$`);

export function formatKeyFile(keys: readonly StoredKey[]): string {
  const lines = keys.map(({ id, bytes, createdAt }) => `${id} ${Buffer.from(bytes).toString('hex')} ${createdAt}`);
  return `${[...HEAD, ...lines].join('\n')}\n`;
}

/** @returns the keys, newest first, or what is wrong with which line; no key is part of the message */
export function parseKeyFile(text: string): readonly StoredKey[] | { readonly fault: string } {
  const keys: StoredKey[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, id, hex, createdAt] = LINE.exec(line) ?? [];
    if (id === undefined || hex === undefined || createdAt === undefined) return { fault: `line ${at + 1} is no key` };
    const key = toSecretKey(Buffer.from(hex, 'hex'));
    if (key.id !== id) return { fault: `line ${at + 1}: the key is not the one that its id ${id} names` };
    keys.push({ ...key, createdAt });
    if (keys.length > MAX_KEYS) return { fault: `it has more than ${MAX_KEYS} keys` };
  }
  return keys.length === 0 ? { fault: 'it has no key' } : keys;
}

/** @param bytes of chance */
export function newKey(bytes: Uint8Array, now: Micros): StoredKey {
  return { ...toSecretKey(bytes), createdAt: formatIsoTime(now) };
}
