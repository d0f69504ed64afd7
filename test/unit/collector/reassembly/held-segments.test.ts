import { expect, test } from 'vitest';
import { HeldSegments } from '../../../../collector/reassembly/held-segments.ts';

const NOTHING = Number.NEGATIVE_INFINITY;

/** Adds text at its position and shows what is held as `position:text`, `position?count` for cut bytes. */
function hold(...added: readonly (readonly [position: number, text: string | number, needs?: number])[]) {
  const held = new HeldSegments();
  const counts: [duplicate: number, conflicting: number][] = [];
  for (const [position, text, needs] of added) {
    const data = typeof text === 'string' ? Buffer.from(`..${text}`) : undefined;
    const byteCount = typeof text === 'string' ? text.length : text;
    held.add(position, byteCount, data, 2, needs ?? NOTHING, 0);
    counts.push([held.duplicateBytes, held.conflictingBytes]);
  }
  return { held, counts };
}

function drained(held: HeldSegments): readonly string[] {
  const shown: string[] = [];
  for (let one = held.shift(); one !== undefined; one = held.shift()) {
    const { position, end, bytes } = one;
    shown.push(bytes === undefined ? `${position}?${end - position}` : `${position}:${Buffer.from(bytes).toString()}`);
  }
  return shown;
}

test('segments come out in stream order, whatever the order in which they came', () => {
  expect(drained(hold([8, 'ij'], [2, 'cd'], [5, 'fg']).held)).toEqual(['2:cd', '5:fg', '8:ij']);
});

test('a segment over several others adds what is between them', () => {
  const { held, counts } = hold([2, 'cd'], [6, 'gh'], [0, 'abXdefghij']);
  expect(counts.at(-1)).toEqual([4, 1]);
  expect(held.byteCount).toBe(10);
  expect(drained(held)).toEqual(['0:ab', '2:cd', '4:ef', '6:gh', '8:ij']);
  expect([held.byteCount, held.cost]).toEqual([0, 0]);
});

test('cut bytes are held as a place without bytes', () => {
  const { held, counts } = hold([0, 'abc'], [3, 5], [4, 'efgh']);
  expect(counts.at(-1)).toEqual([4, 0]);
  expect(held.byteCount).toBe(3);
  expect(drained(held)).toEqual(['0:abc', '3?5']);
});

test('coverage ends at the first hole', () => {
  const { held } = hold([0, 'abc'], [3, 'de'], [7, 'h']);
  expect([held.covers(0, 5), held.covers(1, 4), held.covers(0, 6), held.covers(4, 8)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('what is behind the end is forgotten, a segment across it cut', () => {
  const { held } = hold([0, 'abcd'], [6, 'gh'], [9, 3]);
  expect(held.truncate(3)).toBe(3);
  expect(drained(held)).toEqual(['0:abc']);
});

test('a copy that waits for less frees the bytes that it shares', () => {
  const { held } = hold([0, 'abcdef', 90], [2, 'cd', 10]);
  const needs = [];
  for (let one = held.shift(); one !== undefined; one = held.shift()) needs.push([one.position, one.end, one.needs]);
  expect(needs).toEqual([
    [0, 2, 90],
    [2, 4, 10],
    [4, 6, 90],
  ]);
});

test('held bytes are copies', () => {
  const data = Buffer.from('abc');
  const held = new HeldSegments();
  held.add(0, 3, data, 0, NOTHING, 0);
  data.fill(0);
  expect(Buffer.from(held.head?.bytes ?? []).toString()).toBe('abc');
});
