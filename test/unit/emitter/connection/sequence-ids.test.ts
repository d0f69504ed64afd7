import { expect, test } from 'vitest';
import type { SequencePlaces } from '../../../../core/index.ts';
import { SequenceIds, writeSequenceId } from '../../../../emitter/connection/sequence-ids.ts';

const FIRST = new Uint8Array(64);

const i32 = (offset: number) => ({ offset, byteCount: 4, form: 'i32' }) as const;
const varint = (offset: number, byteCount: number) => ({ offset, byteCount, form: 'varint' }) as const;
const at = (...places: SequencePlaces['places']): SequencePlaces => ({ recorded: 0, places });

/** As a receiver reads it. */
function readVarint(bytes: Uint8Array): number {
  let value = 0;
  for (const [place, octet] of bytes.entries()) value += (octet & 0x7f) * 2 ** (7 * place);
  return value;
}

test('an i32 counts from 1', () => {
  const ids = new SequenceIds();
  expect([1, 2, 3].map(() => ids.next(at(i32(4)), FIRST))).toEqual([1, 2, 3]);
});

test.each([1, 2, 3, 4, 5])('a varint of %d bytes stays the shortest form of each value', (byteCount) => {
  const ids = new SequenceIds();
  const seen = new Set<number>();
  for (let count = 0; count < 300; count++) {
    const id = ids.next(at(varint(1, byteCount)), FIRST) as number;
    const bytes = new Uint8Array(8).fill(0xee);
    writeSequenceId(bytes, varint(1, byteCount), id);
    expect(readVarint(bytes.subarray(1, 1 + byteCount))).toBe(id);
    expect(bytes.subarray(1, byteCount).every((octet) => octet >= 0x80)).toBe(true);
    expect(bytes[byteCount]).toBeLessThan(0x80);
    if (byteCount > 1) expect(bytes[byteCount]).toBeGreaterThan(0);
    expect([bytes[0], bytes[1 + byteCount]]).toEqual([0xee, 0xee]);
    expect(id | 0).toBe(id);
    seen.add(id);
  }
  expect(seen.size).toBe(byteCount === 1 ? 128 : 300);
});

test('a header and a message say the same id, one that the varint has room for', () => {
  const ids = new SequenceIds();
  for (let count = 0; count < 200; count++) {
    const id = ids.next(at(i32(8), varint(20, 1)), FIRST);
    expect(id).toBeGreaterThanOrEqual(0);
    expect(id).toBeLessThan(128);
  }
});

test('recorded ids are written back, negative ones too', () => {
  const bytes = new Uint8Array(5);
  writeSequenceId(bytes, i32(1), -2);
  expect([...bytes]).toEqual([0, 0xff, 0xff, 0xff, 0xfe]);
  writeSequenceId(bytes, varint(0, 5), -1);
  expect([...bytes]).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
});

test('places that cannot be written over leave the call as it was recorded', () => {
  const ids = new SequenceIds();
  expect(ids.next(at(), FIRST)).toBeUndefined();
  expect(ids.next(at(i32(62)), FIRST)).toBeUndefined();
  expect(ids.next(at(varint(4, 10)), FIRST)).toBeUndefined();
  expect(ids.next(at(i32(-1)), FIRST)).toBeUndefined();
});
