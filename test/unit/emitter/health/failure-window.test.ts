import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FailureWindow } from '../../../../emitter/health/failure-window.ts';

const WINDOW = 1_000;

test('counts are those of the last nine to ten tenths of the window', () => {
  const send = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(send, { minLength: 1, maxLength: 100 }), (sends) => {
      const window = new FailureWindow(WINDOW);
      const all: { at: number; failed: boolean }[] = [];
      let now = 12_345;
      for (const [step, failed] of sends) {
        now += step;
        all.push({ at: now, failed });
        window.record(failed, now);
        const slot = Math.floor(now / 100);
        const inside = all.filter(({ at }) => Math.floor(at / 100) > slot - 10);
        expect([window.sent, window.failed]).toEqual([inside.length, inside.filter((one) => one.failed).length]);
      }
    }),
  );
});

test('cleared, it knows nothing, and counts on', () => {
  const window = new FailureWindow(WINDOW);
  window.record(true, 5);
  window.clear();
  expect([window.sent, window.failed]).toEqual([0, 0]);
  window.record(true, 5);
  window.record(false, 2_005);
  expect([window.sent, window.failed]).toEqual([1, 0]);
});
