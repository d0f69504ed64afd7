import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../../../../emitter/options.ts';
import type { Page } from '../../../../emitter/plan/page-reader.ts';
import { Planner } from '../../../../emitter/plan/planner.ts';
import { RequestPreparer } from '../../../../emitter/request/request-preparer.ts';
import { SendQueue } from '../../../../emitter/send-queue.ts';
import { parseTarget } from '../../../../emitter/target.ts';
import { exchange, get, recording } from '../../../support/emitter/recording.ts';

const TARGET = 'http://127.0.0.1:9';

/** Pages that come when a test says so. */
class Pages {
  readonly waiting: Page[] = [];
  closed = false;

  get ended(): boolean {
    return this.closed && this.waiting.length === 0;
  }

  take(): Page | undefined {
    return this.waiting.shift();
  }

  comes(exchanges: readonly Exchange[], pass = 0): this {
    this.waiting.push({ exchanges, pass });
    return this;
  }

  ends(): this {
    this.closed = true;
    return this;
  }
}

interface Planned {
  readonly planner: Planner;
  readonly queue: SendQueue;
  readonly notSent: readonly string[];
  due(): number[];
}

function plannerOf(pages: Pages, given: Partial<ReplayOptions>, maxCount = 1_000): Planned {
  const options = checkReplayOptions({ target: TARGET, runId: 'r', writes: 'skip', ...given });
  const queue = new SendQueue({ maxCount, maxBytes: 1_000_000 });
  const notSent: string[] = [];
  const planner = new Planner(options, {
    pages,
    queue,
    preparer: new RequestPreparer(options, parseTarget(TARGET), undefined),
    notSent: (_exchange, copies, reason) => notSent.push(`${copies} ${reason}`),
  });
  const due = (): number[] => {
    const times: number[] = [];
    for (let send = queue.shift(); send !== undefined; send = queue.shift()) times.push(send.dueAt);
    return times;
  };
  return { planner, queue, notSent, due };
}

test('recorded timing waits for the next request before it places one, and places the last at the end', () => {
  const pages = new Pages().comes(recording({ count: 3, gapMicros: 10 }));
  const { planner, due } = plannerOf(pages, {});
  planner.plan(100);
  expect(due()).toEqual([0, 10]);
  expect(planner.starved).toBe(true);
  expect(planner.ended).toBe(false);
  pages.ends();
  planner.plan(100);
  expect(due()).toEqual([20]);
  planner.plan(100);
  expect(planner.ended).toBe(true);
});

test('what is not sent takes no place in an absolute rate and is told with its copies', () => {
  const lone = exchange(get(1), { message: null });
  const [first, second] = recording({ count: 2 }) as [Exchange, Exchange];
  const { planner, due, notSent } = plannerOf(new Pages().comes([first, lone, second]).ends(), {
    timing: { kind: 'rate', perSecond: 1_000 },
    times: 2,
  });
  planner.plan(100);
  expect(due()).toEqual([0, 1_000, 2_000, 3_000]);
  expect(notSent).toEqual(['2 incomplete']);
});

test('a full queue stops planning in the middle of the copies, and it goes on there', () => {
  const { planner, queue, due } = plannerOf(
    new Pages().comes(recording({ count: 2 })).ends(),
    { timing: { kind: 'rate', perSecond: 1_000 }, times: 5 },
    3,
  );
  planner.plan(100);
  expect(queue.full).toBe(true);
  expect(due()).toEqual([0, 1_000, 2_000]);
  planner.plan(100);
  expect(due()).toEqual([3_000, 4_000, 5_000]);
});

test('steps bound the work of one call', () => {
  const { planner, queue } = plannerOf(new Pages().comes(recording({ count: 100 })).ends(), {
    timing: { kind: 'max' },
  });
  planner.plan(10);
  expect(queue.length).toBe(5);
});

test('nothing is due behind the duration or the count', () => {
  const timing = { kind: 'rate', perSecond: 1_000 } as const;
  const short = plannerOf(new Pages().comes(recording({ count: 100 })), { timing, durationMs: 5 });
  short.planner.plan(1_000);
  expect(short.due()).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  expect(short.planner.ended).toBe(true);
  const few = plannerOf(new Pages().comes(recording({ count: 100 })), { timing, count: 2 });
  few.planner.plan(1_000);
  expect(few.due()).toEqual([0, 1_000]);
});

test('passes follow each other by one gap', () => {
  const pages = new Pages()
    .comes(recording({ count: 2, gapMicros: 50 }), 0)
    .comes(recording({ count: 2, gapMicros: 50 }), 1)
    .ends();
  const { planner, due } = plannerOf(pages, { loop: 2 });
  planner.plan(100);
  expect(due()).toEqual([0, 50, 100, 150]);
});
