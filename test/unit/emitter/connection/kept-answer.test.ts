import { expect, test } from 'vitest';
import { KeptAnswer, MAX_KEPT_BYTES } from '../../../../emitter/connection/kept-answer.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function appended(kept: KeptAnswer, words: string): void {
  const bytes = Buffer.from(`<${words}>`);
  kept.append(bytes, 1, bytes.length - 1);
  bytes.fill(0);
}

test('answers are kept one after the other, however they come', () => {
  const kept = new KeptAnswer();
  for (const one of 'answer') appended(kept, one);
  expect(text(kept.take(6))).toBe('answer');
  appended(kept, 'next');
  expect(text(kept.take(4))).toBe('next');
  expect(text(kept.take(0))).toBe('');
});

test('what came before the answer is left out', () => {
  const kept = new KeptAnswer();
  appended(kept, 'interim');
  appended(kept, 'answer');
  expect(text(kept.take(6))).toBe('answer');
});

test('of long answers the beginning is kept', () => {
  const kept = new KeptAnswer();
  const piece = Buffer.alloc(100_000, 'x');
  for (let count = 0; count < 100; count++) kept.append(piece, 0, piece.length);
  expect(kept.take(10_000_000)).toHaveLength(MAX_KEPT_BYTES);
  appended(kept, 'short');
  expect(text(kept.take(5))).toBe('short');
});
