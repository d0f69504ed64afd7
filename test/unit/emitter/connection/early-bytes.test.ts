import { expect, test } from 'vitest';
import { EarlyBytes } from '../../../../emitter/connection/early-bytes.ts';

test('a greeting is kept apart from the buffer it came in, once', () => {
  const early = new EarlyBytes();
  const buffer = Buffer.from('220 ready and more');
  expect(early.offer(buffer, 9)).toBe(true);
  buffer.fill(0);
  expect(early.byteCount).toBe(9);
  expect(early.take().map((bytes) => Buffer.from(bytes).toString())).toEqual(['220 ready']);
  expect(early.take()).toEqual([]);
  expect(early.byteCount).toBe(0);
});

test('a server that does not stop is not listened to without end', () => {
  const early = new EarlyBytes();
  const piece = new Uint8Array(1_000);
  let taken = 0;
  while (early.offer(piece, piece.length)) taken++;
  expect(taken).toBe(65);
});
