import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  advanceReplayView,
  type ReplayViewState,
  renderReplayView,
  startReplayView,
} from '../../../../cli/render/index.ts';
import { MAX_SAMPLES } from '../../../../cli/render/replay-view.ts';
import { renderSparkline } from '../../../../cli/render/sparkline.ts';
import { NO_PROGRESS } from '../../../../emitter/results/report.ts';
import { SOME_PROGRESS } from './hand-made-report.ts';

/** Polled twice a second while 1,000 sends a second are due and `sent` go within each half. */
function watched(sent: readonly number[], planned = {}): ReplayViewState {
  let state = startReplayView('replay to 127.0.0.1:8080 (run r1)', planned);
  let total = 0;
  for (const [index, count] of sent.entries()) {
    total += count;
    const due = index * 500;
    const progress = { ...SOME_PROGRESS, elapsedMs: index * 500, due, sent: total, waiting: due - total };
    state = advanceReplayView(state, progress);
  }
  return state;
}

test('a replay while it runs', () => {
  const state = watched([0, 500, 500, 250, 125], { durationMs: 10_000 });
  expect(renderReplayView(state, 80).split('\n')).toEqual([
    'replay to 127.0.0.1:8080 (run r1)',
    '████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  20 %, 8 s left',
    'rate         sent 375/s, due 1,000/s  ██▅▃',
    'answers      1,190 of 2,000 due, 2 not sent',
    'latency      p50 300 µs, p99 900 µs',
    'lag          p99 1.20 ms, 625 waiting, own p99 20 µs',
    'connections  1, 8 requests in flight',
  ]);
});

test('a run whose length nobody knows has no bar, and before the first answer there are no latencies', () => {
  const { recent } = NO_PROGRESS;
  const progress = { ...SOME_PROGRESS, elapsedMs: 65_000, recent };
  const state = advanceReplayView(startReplayView('mirror'), progress);
  expect(renderReplayView(state, 80).split('\n')).toEqual([
    'mirror',
    '1 min 5 s',
    'rate         sent 0/s, due 0/s',
    'answers      1,190 of 1,200 due, 2 not sent',
    'lag          p99 0 µs, none waiting, own p99 0 µs',
    'connections  1, 8 requests in flight',
  ]);
});

test('the length is that of whichever ends first: time or sends', () => {
  const state = watched([0, 500, 500], { durationMs: 3_600_000, sends: 2000 });
  expect(renderReplayView(state, 80)).toContain('50 %, 1 s left');
  expect(renderReplayView(watched([0, 500, 500], { sends: 1000 }), 80)).toContain('100 %, waiting for answers');
});

test('writes that are left out show neither as a rate that was asked for nor as a part of the plan', () => {
  const progress = {
    ...SOME_PROGRESS,
    elapsedMs: 1_000,
    due: 1_000,
    refused: 900,
    notSent: 900,
    sent: 100,
    answered: 100,
  };
  const start = advanceReplayView(startReplayView('replay', { sends: 200 }), NO_PROGRESS);
  const shown = renderReplayView(advanceReplayView(start, progress), 80);
  expect(shown).toContain('50 %, 1 s left');
  expect(shown).toContain('sent 100/s, due 100/s');
});

test('targets that are out are named, a few of them, and sends that users hold are counted', () => {
  const shown = (out: readonly string[], held = 0, width = 80) => {
    const routing = { targets: 9, out, held };
    const state = advanceReplayView(startReplayView('replay'), { ...SOME_PROGRESS, routing });
    return renderReplayView(state, width).split('\n').at(-1);
  };
  expect(shown([])).toBe('targets      9 of 9 in');
  expect(shown(['a:80\x1b[2J', 'b:80'], 12)).toBe('targets      7 of 9 in, 12 sends held, out: a:80\\x1b[2J, b:80');
  expect(shown(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('targets      2 of 9 in, out: a, b, c, d, e, 2 more');
  expect(shown(['a:80', 'b:80'], 12, 40)).toBe('targets      7 of 9 in, 12 sends held');
});

test('a narrow terminal gets what there is room for', () => {
  const state = watched([0, 500, 500, 250, 125], { durationMs: 10_000 });
  expect(renderReplayView(state, 40).split('\n')).toEqual([
    'replay to 127.0.0.1:8080 (run r1)',
    '████▊░░░░░░░░░░░░░░░░░░░  20 %, 8 s left',
    'rate         sent 375/s, due 1,000/s',
    'answers      1,190 of 2,000 due',
    'latency      p50 300 µs, p99 900 µs',
    'lag          p99 1.20 ms, 625 waiting',
    'connections  1, 8 requests in flight',
  ]);
});

test('no line is longer than the terminal, whatever its width and the figures', () => {
  const figure = fc.integer({ min: 0, max: 1e12 });
  const progress = fc.record({ elapsedMs: figure, due: figure, sent: figure, answered: figure, errors: figure });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(progress, { maxLength: 5 }), (width, samples) => {
      let state = startReplayView('replay to \x1b[2J\n:8080', { durationMs: 1e6 });
      for (const sample of samples) state = advanceReplayView(state, { ...SOME_PROGRESS, ...sample });
      for (const line of renderReplayView(state, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
      expect(renderReplayView(state, width)).not.toContain('\x1b');
    }),
  );
});

test('a long run keeps no more than a minute of what was seen', () => {
  expect(watched(Array.from({ length: 500 }, () => 500)).samples).toHaveLength(MAX_SAMPLES);
});

test('a course in one line', () => {
  expect(renderSparkline([0, 1, 2, 4, 7], 10)).toBe('▁▂▃▅█');
  expect(renderSparkline([9, 1, 2], 2)).toBe('▅█');
  expect(renderSparkline([0, 0], 5)).toBe('▁▁');
  expect(renderSparkline([1, 2], 0)).toBe('');
});
