/** What is dropped: by age, by size, by group, never what is written. */
import { expect, test } from 'vitest';
import { groupsOf, planRetention, type StoredSegment } from '../../../../store/care/index.ts';
import { HOUR } from '../../../support/store/index.ts';

const NOW = 1_000 * HOUR;
const GIB = 1024 ** 3;

/** A segment that ended so many hours ago. */
function ended(hoursAgo: number, changes: Partial<StoredSegment> = {}): StoredSegment {
  const endAt = NOW - hoursAgo * HOUR;
  return { segment: `${hoursAgo}h`, group: '', endAt, seenAt: endAt - HOUR, byteCount: GIB, live: false, ...changes };
}

function dropped(segments: readonly StoredSegment[], policy: Partial<Parameters<typeof planRetention>[1]>): string[] {
  const full = { keepMs: undefined, sizeBytes: undefined, groups: [], ...policy };
  return planRetention(segments, full, NOW).map(({ segment, why }) => `${segment} ${why}`);
}

const FOUR = [ended(1), ended(4), ended(3), ended(2)];
const HOUR_MS = HOUR / 1000;

test('nothing by no rule', () => {
  expect(dropped(FOUR, {})).toEqual([]);
});

test('by age, from the end of a segment', () => {
  expect(dropped(FOUR, { keepMs: 3 * HOUR_MS })).toEqual(['4h age', '3h age']);
});

test('by size, oldest first, until it fits', () => {
  expect(dropped(FOUR, { sizeBytes: 2.5 * GIB })).toEqual(['4h size', '3h size']);
});

test('what goes by age counts no more by size', () => {
  expect(dropped(FOUR, { keepMs: 4 * HOUR_MS, sizeBytes: 3 * GIB })).toEqual(['4h age']);
});

test('what is written stays, however large', () => {
  const live = ended(0, { live: true, byteCount: 100 * GIB });
  expect(dropped([...FOUR, live], { sizeBytes: GIB })).toEqual(['4h size', '3h size', '2h size', '1h size']);
  expect(dropped([ended(4, { live: true })], { keepMs: 0 })).toEqual([]);
});

test('what was imported counts from when it was first seen', () => {
  const imported = ended(500, { seenAt: NOW - HOUR });
  expect(dropped([imported], { keepMs: 2 * HOUR_MS })).toEqual([]);
  expect(dropped([imported], { keepMs: HOUR_MS })).toEqual(['500h age']);
});

test('a group by its own rule, its age by the general one where it has none', () => {
  const bulk = [ended(1, { segment: '1h.bulk', group: 'bulk' }), ended(2, { segment: '2h.bulk', group: 'bulk' })];
  const groups = [{ name: 'bulk', services: ['tracking'], keepMs: 2 * HOUR_MS }];
  expect(dropped([...FOUR, ...bulk], { keepMs: 4 * HOUR_MS, groups })).toEqual(['4h age', '2h.bulk age']);
  const bySize = [{ name: 'bulk', services: ['tracking'], sizeBytes: GIB }];
  expect(dropped([...FOUR, ...bulk], { keepMs: 4 * HOUR_MS, groups: bySize })).toEqual(['4h age', '2h.bulk size']);
});

test('the general size bounds groups too; a group that is configured no more follows the general rule', () => {
  const bulk = ended(5, { segment: '5h.old', group: 'old' });
  expect(dropped([...FOUR, bulk], { sizeBytes: 4 * GIB })).toEqual(['5h.old size']);
});

test('services are in the first group whose pattern they meet', () => {
  const groupOf = groupsOf([
    { name: 'bulk', services: ['tracking', 'static-*'] },
    { name: 'rest', services: ['*-api'] },
  ]);
  expect(['tracking', 'static-eu', 'static-api', 'x-api', 'shop', ''].map(groupOf)).toEqual([
    'bulk',
    'bulk',
    'bulk',
    'rest',
    '',
    '',
  ]);
});
