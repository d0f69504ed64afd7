/** Planner, queue and pacer on a machine that is late, stalls, and is made up: what is due goes, at any time, for ten minutes. */
import { afterEach, expect, test, vi } from 'vitest';
import { Pacer } from '../../../../emitter/dispatch/pacer.ts';
import type { Page } from '../../../../emitter/plan/page-reader.ts';
import { Planner } from '../../../../emitter/plan/planner.ts';
import { SendQueue } from '../../../../emitter/send-queue.ts';
import { planOptions, TAKES_ALL } from '../../../support/emitter/planning.ts';
import { recording } from '../../../support/emitter/recording.ts';
import { seededRandom } from '../../../support/packets/index.ts';

const PER_SECOND = 20_000;
const SECONDS = 600;
const GAP_MICROS = 1_000_000 / PER_SECOND;
/** Most that the machine stands still at once. */
const STALL_MICROS = 30_000;

afterEach(() => vi.unstubAllGlobals());

/** An event loop whose turns take 100–500 µs, one in 10,000 up to {@link STALL_MICROS}, and whose timers are up to 1.1 ms late. */
class Machine {
  now = 5_000_000;
  readonly #random = seededRandom(20);
  #turn: (() => void) | undefined;
  #timer: { readonly at: number; readonly run: () => void } | undefined;

  install(): void {
    vi.stubGlobal('setImmediate', (run: () => void) => {
      this.#turn = run;
      return {};
    });
    vi.stubGlobal('setTimeout', (run: () => void, ms: number) => {
      this.#timer = { at: this.now + ms * 1_000, run };
      return {};
    });
    vi.stubGlobal('clearTimeout', () => {
      this.#timer = undefined;
    });
  }

  /** @returns false when nothing is left to do */
  step(): boolean {
    const random = this.#random();
    const [turn, timer] = [this.#turn, this.#timer];
    if (turn !== undefined) {
      this.#turn = undefined;
      this.now += random < 0.0001 ? this.#random() * STALL_MICROS : 100 + random * 400;
      turn();
      return true;
    }
    if (timer === undefined) return false;
    this.#timer = undefined;
    this.now = Math.max(this.now, timer.at) + random * 1_100;
    timer.run();
    return true;
  }
}

test('20,000 a second for ten minutes: at each tick as many have gone as are due, however late ticks come', () => {
  const machine = new Machine();
  machine.install();
  const queue = new SendQueue({ maxCount: 4_096, maxBytes: 64 * 1024 * 1024 });
  const exchanges = recording({ count: 1_000 });
  let pass = 0;
  const pages = {
    ended: false,
    take: (): Page => ({ exchanges, overlay: undefined, pass: pass++ }),
  };
  const planner = new Planner(
    planOptions({ timing: { kind: 'rate', perSecond: PER_SECOND }, loop: 'forever', durationMs: SECONDS * 1_000 }),
    { pages, preparer: TAKES_ALL, queue, notSent: () => {} },
  );
  planner.plan(4_096);
  const start = machine.now + 2_000;
  let gone = 0;
  let lastDueAt = 0;
  let worstLag = 0;
  let ticksOff = 0;
  const pacer = new Pacer(
    { now: () => 0, monotonic: () => machine.now },
    (now) => {
      for (let send = queue.peek(); send !== undefined && start + send.dueAt <= now; send = queue.peek()) {
        queue.shift();
        gone++;
        lastDueAt = send.dueAt;
        worstLag = Math.max(worstLag, now - start - send.dueAt);
      }
      const due = now < start ? 0 : Math.min(SECONDS * PER_SECOND, Math.floor((now - start) / GAP_MICROS) + 1);
      if (gone !== due) ticksOff++;
      planner.plan(32);
      const head = queue.peek();
      if (head === undefined) return planner.ended ? undefined : now;
      return queue.full || planner.ended ? start + head.dueAt : now;
    },
    'fine',
  );
  pacer.wake();
  while (machine.step());
  pacer.stop();
  expect(gone).toBe(SECONDS * PER_SECOND);
  expect(ticksOff).toBe(0);
  expect(lastDueAt).toBeCloseTo(SECONDS * 1_000_000 - GAP_MICROS, 3);
  expect(worstLag).toBeLessThan(STALL_MICROS + 2_000);
  expect(machine.now - start).toBeLessThan(SECONDS * 1_000_000 + STALL_MICROS);
}, 120_000);
