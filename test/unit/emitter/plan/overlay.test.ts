import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { MAX_SLICES, overlay, sliceRanges } from '../../../../emitter/plan/overlay.ts';
import type { OpenRecording } from '../../../../emitter/plan/recording.ts';
import { openPass } from '../../../../emitter/plan/recording-pass.ts';
import { planOptions, recordedAs, spanOf } from '../../../support/emitter/planning.ts';
import { RECORDED_AT, recording } from '../../../support/emitter/recording.ts';

const SECOND = 1_000_000;
const MINUTE = { firstAt: 0, lastAt: 60 * SECOND - 1 };

async function laidOver(open: OpenRecording, exchanges: readonly Exchange[], times: number): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of overlay(open, sliceRanges(spanOf(exchanges), times))) {
    for (const [place, one] of batch.exchanges.entries()) {
      const at = (batch.overlay?.times[place] ?? 0) - RECORDED_AT;
      found.push(`${at}: ${one.id.offset} of ${batch.overlay?.slices[place]}`);
    }
  }
  return found;
}

test('slices adjoin, and the last is what is left', () => {
  expect(sliceRanges(MINUTE, 3)).toEqual([
    { since: 0, until: 20 * SECOND },
    { since: 20 * SECOND, until: 40 * SECOND },
    { since: 40 * SECOND, until: 60 * SECOND },
  ]);
  expect(sliceRanges(MINUTE, 2.5).map((range) => range.until)).toEqual([24 * SECOND, 48 * SECOND, 60 * SECOND]);
  expect(sliceRanges(MINUTE, 1)).toEqual([{ since: 0, until: 60 * SECOND }]);
});

test('0.1 + 0.2 slices a tenth are three, not four', () => {
  expect(sliceRanges(MINUTE, (0.1 + 0.2) * 10)).toHaveLength(3);
});

test.each([0.5, MAX_SLICES + 1, Number.NaN])('%d slices are refused', (times) => {
  expect(() => sliceRanges(MINUTE, times)).toThrow(`1 to ${MAX_SLICES} slices`);
});

test('a recording shorter than its slices is refused', () => {
  expect(() => sliceRanges({ firstAt: 5, lastAt: 6 }, 3)).toThrow('too short');
});

test('an overlay needs the span of the recording', () => {
  expect(() => openPass(planOptions({ by: 'overlay', times: 2 }), recordedAs([]), undefined)).toThrow(
    'begins and ends',
  );
});

test('exchanges come in the order of their time within the slice', async () => {
  const exchanges = recording({ count: 6, gapMicros: 10 });
  const moved = exchanges.map((one, index) => (index === 4 ? recordingAt(one, RECORDED_AT + 38) : one));
  expect(await laidOver(recordedAs(moved), moved, 2)).toEqual([
    ...['0: 0 of 0', '5: 3 of 1', '10: 1 of 0', '13: 4 of 1', '20: 2 of 0', '25: 5 of 1'],
  ]);
});

function recordingAt(one: Exchange, at: number): Exchange {
  const request = one.request && { ...one.request, firstByteAt: at, lastByteAt: at };
  return { ...one, id: { ...one.id, at }, request };
}

test('many pages of many slices come out complete, and read a few pages a slice ahead at most', async () => {
  const exchanges = recording({ count: 20_000, gapMicros: 10 });
  let read = 0;
  const open = recordedAs(exchanges);
  const counted: OpenRecording = async function* counted(range) {
    for await (const page of open(range)) {
      read += page.length;
      yield page;
    }
  };
  const batches = overlay(counted, sliceRanges(spanOf(exchanges), 16));
  let taken = (await batches.next()).value?.exchanges.length ?? 0;
  expect(read).toBeLessThan(16 * (2 * 512 + 300));
  for await (const batch of batches) taken += batch.exchanges.length;
  expect([taken, read]).toEqual([20_000, 20_000]);
});

test('who stops reading closes every slice', async () => {
  const exchanges = recording({ count: 8_000, gapMicros: 10 });
  const open = recordedAs(exchanges);
  let opened = 0;
  let closed = 0;
  const watched: OpenRecording = async function* watched(range) {
    opened++;
    try {
      yield* open(range);
    } finally {
      closed++;
    }
  };
  for await (const _ of overlay(watched, sliceRanges(spanOf(exchanges), 2))) break;
  expect([opened, closed]).toEqual([2, 2]);
});

test('what reading one slice throws is thrown, and the others are closed', async () => {
  const exchanges = recording({ count: 100, gapMicros: 10 });
  const open = recordedAs(exchanges, 10);
  const broken: OpenRecording = async function* broken(range) {
    for await (const page of open(range)) {
      if ((range?.since ?? 0) > RECORDED_AT) throw new Error('a block is damaged');
      yield page;
    }
  };
  await expect(laidOver(broken, exchanges, 2)).rejects.toThrow('a block is damaged');
});
