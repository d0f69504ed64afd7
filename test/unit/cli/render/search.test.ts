import { expect, test } from 'vitest';
import { renderFieldTable, renderScanReport, renderTimeHistogram } from '../../../../cli/render/index.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

const MINUTE = 60_000_000;
const counts = [
  { from: NOON_MICROS, exchanges: 1200 },
  { from: NOON_MICROS + 2 * MINUTE, exchanges: 300 },
];

test('a histogram has a bar a stretch, empty ones between too', () => {
  expect(renderTimeHistogram({ counts, exact: true }, MINUTE).split('\n')).toEqual([
    `2026-11-21T10:00:00Z  1,200  ${'█'.repeat(40)}`,
    '2026-11-21T10:01:00Z      0',
    `2026-11-21T10:02:00Z    300  ${'█'.repeat(10)}`,
  ]);
});

test('upper bounds are told as such; short stretches have their fractions', () => {
  const [first] = renderTimeHistogram({ counts, exact: false }, MINUTE).split('\n');
  expect(first).toContain('≤ 1,200');
  expect(renderTimeHistogram({ counts: counts.slice(0, 1), exact: true }, 5000)).toContain('10:00:00.000Z');
});

test('a year of milliseconds is no year of rows', () => {
  const far = [...counts, { from: NOON_MICROS + 365 * 86_400_000_000, exchanges: 1 }];
  expect(renderTimeHistogram({ counts: far, exact: true }, 1000).split('\n')).toHaveLength(3);
  expect(renderTimeHistogram({ counts: [], exact: true }, 1000)).toBe('');
});

const report = { index: 'used', segments: 1, blocks: 2, exchanges: 40, found: 3 } as const;

test('a search says what it read, and whether the index helped', () => {
  expect(renderScanReport(3, report, false)).toBe('3 found in 40 read (index used; 2 blocks, 1 segment)');
  expect(renderScanReport(3, { ...report, index: 'partly' }, true)).toBe(
    '3 found in 40 scanned for headers and bodies (index used in part; 2 blocks, 1 segment)',
  );
  expect(renderScanReport(3, undefined, false)).toBe('3 found');
});

test('the table of fields names each field with its other names', () => {
  const table = renderFieldTable();
  expect(table).toMatch(/^status +number +status of the answer +http\.response\.status_code, /m);
  expect(table).toMatch(/^outcome +text +what became of it: paired, request-only/m);
  expect(table).toMatch(/^response\.body +scanned /m);
});
