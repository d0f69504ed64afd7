import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { userHash } from '../../../../emitter/units/user-hash.ts';

test.each([
  // The check value of CRC catalogues.
  ['crc32', '123456789', 0xcbf43926],
  ['crc32', '', 0],
  // RFC 9923, appendix C.
  ['fnv1a', '', 0x811c9dc5],
  ['fnv1a', 'a', 0xe40c292c],
  ['fnv1a', 'foobar', 0xbf9cf968],
  // Of Appleby's reference, seed 0.
  ['murmur3', '', 0],
  ['murmur3', 'a', 0x3c2569b2],
  ['murmur3', 'ab', 0x9bbfd75f],
  ['murmur3', 'abc', 0xb3dd93fa],
  ['murmur3', 'test', 0xba6bd213],
  ['murmur3', 'hello', 0x248bfa47],
  ['murmur3', 'hello, world', 0x149bbb7f],
  ['murmur3', 'The quick brown fox jumps over the lazy dog', 0x2e4ff723],
] as const)('%s of %j', (kind, user, expected) => expect(userHash(kind)(user)).toBe(expected));

test('octets of UTF-8 are hashed, not characters', () => {
  const user = 'Jürgen 😀';
  expect(userHash('crc32')(user)).toBe(crc32(Buffer.from(user)));
  expect(userHash('fnv1a')(user)).toBe(slowFnv1a(Buffer.from(user)));
  // By the package murmurhash 2.0.1.
  expect(userHash('murmur3')(user)).toBe(0x7e2d7402);
});

test('a user of any length has a hash, and leaves nothing behind for the next', () => {
  const hash = userHash('fnv1a');
  const long = 'ü'.repeat(5_000);
  expect(hash(long)).toBe(slowFnv1a(Buffer.from(long)));
  expect(hash('a')).toBe(0xe40c292c);
});

function slowFnv1a(octets: Uint8Array): number {
  return Number(octets.reduce((hash, octet) => ((hash ^ BigInt(octet)) * 0x01000193n) & 0xffffffffn, 0x811c9dc5n));
}
