import { expect, test } from 'vitest';
import { GroupPositions } from '../../../../store/level/block-positions.ts';
import { FIRST_LATENCY_MARK, LAST_LATENCY_MARK, latencyMark } from '../../../../store/level/latency-marks.ts';
import { keepMarked, writeMarks } from '../../../../store/level/position-marks.ts';
import { sessionMark } from '../../../../store/level/session-marks.ts';

/** Marks of blocks, one behind the other. */
function marksOf(width: number, ...blocks: readonly (readonly number[])[]): Buffer {
  const bytes = Buffer.alloc(1024);
  let end = 0;
  for (const marks of blocks) end = writeMarks(bytes, end, Uint16Array.from(marks), marks.length, width);
  return bytes.subarray(0, end);
}

/** Low words of the positions that have a mark in a range. */
function marked(bytes: Buffer, width: number, from: number, to: number, blocks: number): number[] {
  const left = new GroupPositions();
  left.fill(blocks);
  keepMarked(bytes, bytes.length, width, from, to, left);
  return [...left.low.subarray(0, blocks)];
}

test('latency marks rise with the latency, eight an octave', () => {
  const latencies = [0, 0.5, 1, 2, 3, 3.9, 4, 1000, 1024, 1100, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 45];
  const marks = latencies.map(latencyMark);
  expect(marks).toEqual(marks.toSorted((one, other) => one - other));
  expect([latencyMark(0), latencyMark(1), latencyMark(2), latencyMark(4)]).toEqual([1, 2, 10, 18]);
  expect(latencyMark(Number.MAX_SAFE_INTEGER)).toBe(LAST_LATENCY_MARK);
  expect(latencyMark(2 ** 31 - 1)).toBeLessThan(LAST_LATENCY_MARK);
  expect(latencyMark(Number.NaN)).toBe(FIRST_LATENCY_MARK);
});

test('marks that are all equal are kept once, of a block without there is one byte', () => {
  expect(marksOf(2, [0x1234, 0x1234, 0x1234])).toEqual(Buffer.of(0x83, 0x12, 0x34));
  expect(marksOf(1, [7, 7], [0, 0], [7, 8])).toEqual(Buffer.of(0x82, 7, 0, 2, 7, 8));
  expect(marked(marksOf(1, [7, 7], [0, 0], [7, 8]), 1, 7, 7, 3)).toEqual([0b11, 0, 0b01]);
});

test('one session and none are told apart, a session has a mark whatever it hashes to', () => {
  const bytes = marksOf(2, ['', 'a', '', 'b'].map(sessionMark));
  expect(marked(bytes, 2, 1, 0xffff, 1)).toEqual([0b1010]);
  expect(marked(bytes, 2, sessionMark('b'), sessionMark('b'), 1)).toEqual([0b1000]);
  expect(sessionMark('x'.repeat(100_000))).toBeGreaterThan(0);
});

test('all 64 positions have a mark', () => {
  const left = new GroupPositions();
  left.fill(1);
  const bytes = marksOf(
    1,
    Array.from({ length: 64 }, (_, n) => 1 + (n % 2)),
  );
  keepMarked(bytes, bytes.length, 1, 2, 2, left);
  expect([left.low[0], left.high[0]]).toEqual([0xaaaaaaaa | 0, 0xaaaaaaaa | 0]);
});

test('bytes that are no marks name nothing', () => {
  for (const bytes of [Buffer.of(), Buffer.of(65), Buffer.of(2, 1), Buffer.of(0x82)]) {
    expect([bytes, marked(bytes, 1, 1, 250, 2)]).toEqual([bytes, [0, 0]]);
    expect([bytes, marked(bytes, 2, 1, 250, 2)]).toEqual([bytes, [0, 0]]);
  }
});
