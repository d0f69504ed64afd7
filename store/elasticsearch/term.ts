/**
 * A text as a keyword: itself, or where it is long or no Unicode text its head and a hash, the same for documents and
 * queries.
 *
 *     value                                  up to 160 characters
 *     head, filled up with `…` to 128        and 64 hexadecimal digits of SHA-256: 192 characters, so never a value
 *
 * Lucene refuses terms beyond 32 KiB, and lone surrogates become one and the same character on the way.
 */
import { createHash } from 'node:crypto';

export const MAX_WHOLE_CHARS = 160;
export const HEAD_CHARS = 128;
/** Of a cut one. */
export const CUT_CHARS = HEAD_CHARS + 64;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A term finds exactly the documents of this value: hashes are taken to differ. */
export function toTerm(value: string): string {
  if (isWhole(value)) return value;
  const hash = createHash('sha256').update(Buffer.from(value, 'utf16le')).digest('hex');
  return headOf(value).padEnd(HEAD_CHARS, '…') + hash;
}

/** It is indexed as it is. */
export function isWhole(value: string): boolean {
  return value.length <= MAX_WHOLE_CHARS && !LONE_SURROGATE.test(value);
}

/** What the terms of long values that begin with this begin with. */
export function headOf(value: string): string {
  return value.slice(0, HEAD_CHARS).replaceAll(/\p{Surrogate}/gu, '\ufffd');
}
