import { expect, test } from 'vitest';
import { decodeBlockOutline, encodeBlockOutline } from '../../../../store/level/block-outline.ts';
import {
  encodeLatencyMarks,
  LAST_LATENCY_MARK,
  latencyMark,
  positionsWithin,
} from '../../../../store/level/latency-marks.ts';
import { encodeSessionMarks, positionsMarked, sessionMark } from '../../../../store/level/session-marks.ts';
import { DOCUMENT } from '../../../support/store/index-entries.ts';

test('latency marks rise with the latency, eight an octave', () => {
  const latencies = [0, 0.5, 1, 2, 3, 3.9, 4, 1000, 1024, 1100, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 45];
  const marks = latencies.map(latencyMark);
  expect(marks).toEqual(marks.toSorted((one, other) => one - other));
  expect([latencyMark(0), latencyMark(1), latencyMark(2), latencyMark(4)]).toEqual([1, 2, 10, 18]);
  expect(latencyMark(Number.MAX_SAFE_INTEGER)).toBe(LAST_LATENCY_MARK);
  expect(latencyMark(2 ** 31 - 1)).toBeLessThan(LAST_LATENCY_MARK);
  expect(latencyMark(Number.NaN)).toBe(1);
});

test('marks that are all equal are kept once, of none there is no entry', () => {
  const same = [DOCUMENT, DOCUMENT, DOCUMENT].map((each) => ({ ...each, session: 's', latencyMicros: 7 }));
  expect(encodeLatencyMarks(same)).toHaveLength(2);
  expect(encodeSessionMarks(same)).toHaveLength(3);
  expect(positionsWithin(encodeLatencyMarks(same) as Buffer, 1, 250)).toEqual({ low: 7, high: 0 });
  expect(positionsMarked(encodeSessionMarks(same) as Buffer, sessionMark('s'))).toEqual({ low: 7, high: 0 });
  const none = [{ ...DOCUMENT, latencyMicros: undefined }];
  expect([encodeLatencyMarks(none), encodeSessionMarks(none)]).toEqual([undefined, undefined]);
});

test('one session and none are told apart, a session has a mark whatever it hashes to', () => {
  const documents = ['', 'a', '', 'b'].map((session) => ({ ...DOCUMENT, session }));
  const marks = encodeSessionMarks(documents) as Buffer;
  expect(positionsMarked(marks, undefined)).toEqual({ low: 0b1010, high: 0 });
  expect(positionsMarked(marks, sessionMark('b'))).toEqual({ low: 0b1000, high: 0 });
  expect(sessionMark('x'.repeat(100_000))).toBeGreaterThan(0);
});

test('bytes that are no marks and no outline name nothing', () => {
  for (const bytes of [Buffer.of(), Buffer.of(65), Buffer.of(2, 1, 1, 1, 1, 1), Buffer.alloc(300, 255)]) {
    expect(positionsMarked(bytes, 1)).toBeUndefined();
    expect(positionsWithin(bytes, 1, 250)).toBeUndefined();
    expect(decodeBlockOutline(bytes)).toBeUndefined();
  }
});

test('an outline tells postings and heads of trace ids of both lengths', () => {
  const outline = encodeBlockOutline(64, 300, Buffer.of(1, 2, 3, 4, 5, 6), Buffer.of(7, 8, 9));
  expect(decodeBlockOutline(outline)).toEqual({
    postings: 300,
    traceHeads: [Buffer.of(16, 1, 2, 3), Buffer.of(16, 4, 5, 6), Buffer.of(8, 7, 8, 9)],
  });
});
