import { randomBytes, randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  ENVELOPE_BYTES,
  KEY_BYTES,
  NonceSource,
  openBatch,
  seal,
  sealBatch,
  toKeyRing,
  toSecretKey,
  unseal,
} from '../../../../core/index.ts';

const older = toSecretKey(randomBytes(KEY_BYTES));
const newer = toSecretKey(randomBytes(KEY_BYTES));
const ring = toKeyRing([newer, older]);
const nonces = new NonceSource((bytes) => void randomFillSync(bytes));

test('what a key seals, a ring that has it unseals', () => {
  for (const key of [newer, older]) {
    for (const length of [0, 1, 16, 1000]) {
      const plain = randomBytes(length);
      const sealed = seal(key, plain, nonces.next());
      expect(sealed.length).toBe(length + ENVELOPE_BYTES);
      expect(unseal(ring, key.id, sealed)).toEqual({ kind: 'plain', bytes: plain });
    }
  }
});

test('a change of any octet is noticed', () => {
  const sealed = seal(newer, Buffer.from('hush'), nonces.next());
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    expect(unseal(ring, newer.id, changed)).toEqual({
      kind: 'sealed',
      problem: at === 0 ? 'unknown-form' : 'tampered',
    });
  }
});

test('another key, no key and pieces are told apart, and nothing throws', () => {
  const sealed = seal(newer, Buffer.from('hush'), nonces.next());
  expect(unseal(ring, older.id, sealed)).toEqual({ kind: 'sealed', problem: 'tampered' });
  expect(unseal(toKeyRing([older]), newer.id, sealed)).toEqual({ kind: 'sealed', problem: 'unknown-key' });
  for (let length = 0; length < sealed.length; length++) {
    expect(unseal(ring, newer.id, sealed.subarray(0, length)).kind).toBe('sealed');
  }
});

test('nonces do not come twice, and chance is asked for again when the count is used up', () => {
  let asked = 0;
  const source = new NonceSource((bytes) => {
    bytes.fill(++asked);
  });
  const seen = new Set(Array.from({ length: 1000 }, () => Buffer.from(source.next()).toString('hex')));
  expect(seen.size).toBe(1000);
  expect(asked).toBe(1);
});

test('a batch names its key', () => {
  const bytes = randomBytes(5000);
  const batch = sealBatch(older, bytes, nonces.next());
  expect(Buffer.from(batch).includes(bytes.subarray(0, 32))).toBe(false);
  expect(openBatch(ring, batch)).toEqual({ kind: 'plain', bytes });
  expect(openBatch(toKeyRing([newer]), batch)).toEqual({ kind: 'sealed', problem: 'unknown-key' });
  expect(openBatch(ring, batch.subarray(0, 3))).toEqual({ kind: 'sealed', problem: 'unknown-form' });
  const changed = Uint8Array.from(batch);
  changed[100] = (changed[100] as number) ^ 0x80;
  expect(openBatch(ring, changed)).toEqual({ kind: 'sealed', problem: 'tampered' });
});

test('a key of another length is refused', () => {
  expect(() => toSecretKey(randomBytes(16))).toThrow(RangeError);
  expect(() => toKeyRing([])).toThrow(RangeError);
});
