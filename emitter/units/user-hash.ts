/**
 * Hashes of users, 32 bits, over the user's UTF-8: the same numbers as those of the services that route by them.
 *
 *   crc32     CRC-32/ISO-HDLC, polynomial 0xedb88320 (RFC 1952, section 8)
 *   fnv1a     FNV-1a, offset basis 0x811c9dc5, prime 0x01000193 (RFC 9923; Fowler, Noll, Vo)
 *   murmur3   MurmurHash3_x86_32, seed 0 (Austin Appleby, public domain)
 */
import { crc32 } from 'node:zlib';
import type { UserHash } from './options.ts';

/** @returns an unsigned integer below 2^32 */
export type HashUser = (user: string) => number;

export function userHash(kind: UserHash): HashUser {
  switch (kind) {
    case 'crc32':
      return (user) => crc32(user);
    case 'fnv1a':
      return (user) => fnv1a(utf8(user));
    case 'murmur3':
      return (user) => murmur3(utf8(user));
    default:
      return kind satisfies never;
  }
}

/** Longer users get one of their own for the call. */
const SCRATCH_BYTES = 1024;
const MAX_UTF8_BYTES_PER_UNIT = 3;
const scratch = new Uint8Array(SCRATCH_BYTES);
const encoder = new TextEncoder();
/** The UTF-8 written last. */
let octets = scratch;

/** Writes the user into `octets`. @returns how many of them */
function utf8(user: string): number {
  octets = scratch;
  const { length } = user;
  if (length * MAX_UTF8_BYTES_PER_UNIT > SCRATCH_BYTES) {
    octets = encoder.encode(user);
    return octets.length;
  }
  for (let at = 0; at < length; at++) {
    const code = user.charCodeAt(at);
    if (code > 0x7f) return encoder.encodeInto(user, scratch).written;
    scratch[at] = code;
  }
  return length;
}

function fnv1a(byteCount: number): number {
  const bytes = octets;
  let hash = 0x811c9dc5;
  for (let at = 0; at < byteCount; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

function murmur3(byteCount: number): number {
  const bytes = octets;
  const whole = byteCount & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    const block =
      octet(bytes, at) | (octet(bytes, at + 1) << 8) | (octet(bytes, at + 2) << 16) | (octet(bytes, at + 3) << 24);
    hash ^= mixed(block);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = byteCount - 1; at >= whole; at--) rest = (rest << 8) | octet(bytes, at);
  // Without a rest this changes nothing: 0 mixes to 0.
  hash ^= mixed(rest) ^ byteCount;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
