import { expect, test } from 'vitest';
import type { Exchange, Send } from '../../../../core/index.ts';
import type { Page } from '../../../../emitter/plan/page-reader.ts';
import { Planner } from '../../../../emitter/plan/planner.ts';
import { type PlanOptions, planOf, planOptions, requestOf, TAKES_ALL } from '../../../support/emitter/planning.ts';
import { exchange, get, RECORDED_AT, RECORDED_FLOW, recording } from '../../../support/emitter/recording.ts';

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
    this.waiting.push({ exchanges, pass, overlay: undefined });
    return this;
  }

  ends(): this {
    this.closed = true;
    return this;
  }
}

/** A queue with so many places. */
class Queue {
  readonly #places: number;
  readonly #sends: Send[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  get full(): boolean {
    return this.#sends.length >= this.#places;
  }

  get length(): number {
    return this.#sends.length;
  }

  offer(send: Send): void {
    this.#sends.push(send);
  }

  take(): Send[] {
    return this.#sends.splice(0);
  }
}

interface Planned {
  readonly planner: Planner;
  readonly queue: Queue;
  readonly notSent: readonly string[];
  due(): number[];
}

function plannerOf(pages: Pages, given: PlanOptions, places = 1_000): Planned {
  const queue = new Queue(places);
  const notSent: string[] = [];
  const planner = new Planner(planOptions(given), {
    pages,
    queue,
    preparer: TAKES_ALL,
    notSent: (_exchange, copies, reason) => notSent.push(`${copies} ${reason}`),
  });
  return { planner, queue, notSent, due: () => queue.take().map((send) => send.dueAt) };
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

test('the count is the end, even where nothing follows to show it', () => {
  const { planner } = plannerOf(new Pages().comes(recording({ count: 3 })), { timing: { kind: 'max' }, count: 3 });
  planner.plan(6);
  expect(planner.ended).toBe(true);
  expect(planner.planned).toBe(3);
});

test('a profile goes over the recording again and again until its time is up', async () => {
  const phases = [{ kind: 'hold', perSecond: 1_000, durationMs: 10 } as const];
  const { sends } = await planOf({ timing: { kind: 'profile', phases }, loop: 'forever' }, recording({ count: 3 }));
  expect(sends.map((send) => send.dueAt)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((ms) => ms * 1_000));
});

test('a recording of which nothing can be sent ends after one pass, however often it is to be looped', async () => {
  const lone = recording({ count: 3 }).map((one) => ({ ...one, request: undefined }));
  const { sends, notSent } = await planOf({ loop: 'forever' }, lone);
  expect(sends).toEqual([]);
  expect(notSent).toEqual(['1 incomplete', '1 incomplete', '1 incomplete']);
});

test('an empty recording ends, whatever the plan', async () => {
  const phases = [{ kind: 'hold', perSecond: 1, durationMs: 1_000 } as const];
  expect((await planOf({ timing: { kind: 'profile', phases }, loop: 'forever' }, [])).sends).toEqual([]);
  expect((await planOf({ loop: 'forever' }, [])).sends).toEqual([]);
});

test('one of twenty requests is sent although most passes have none', async () => {
  const { sends } = await planOf({ loop: 'forever', times: 0.05, timing: { kind: 'max' } }, recording({ count: 1 }), {
    maxSends: 3,
  });
  expect(sends).toHaveLength(3);
});

test('all copies share one request, which is built once and only by the shard that sends it', () => {
  const built: number[] = [];
  const plan = (index: number): number => {
    const queue = new Queue(1_000);
    const planner = new Planner(planOptions({ times: 4, timing: { kind: 'max' }, shard: { index, count: 4 } }), {
      pages: new Pages().comes(recording({ count: 10 })).ends(),
      queue,
      preparer: {
        check: () => undefined,
        build: (one) => {
          built.push(one.id.offset);
          return requestOf(one);
        },
      },
      notSent: () => {},
    });
    planner.plan(1_000);
    return queue.length;
  };
  expect([0, 1, 2, 3].map(plan)).toEqual([10, 10, 10, 10]);
  expect(built).toHaveLength(40);
  built.length = 0;
  const { planner, queue } = plannerOf(new Pages().comes(recording({ count: 1 })).ends(), { times: 5 });
  planner.plan(100);
  expect(new Set(queue.take().map((send) => send.request)).size).toBe(1);
});

test('think time is the recorded pause behind the answer before, divided by the speed', async () => {
  const flows = ['a', 'b', 'a', 'a', 'b'];
  const exchanges = recording({ count: 5, gapMicros: 1_000 }).map((one, index) => ({
    ...one,
    flow: { ...RECORDED_FLOW, id: flows[index] as string },
    response: { ...(one.request as NonNullable<Exchange['request']>), lastByteAt: one.id.at + 1_400 },
  }));
  const { sends } = await planOf({ session: 'flow', timing: { kind: 'recorded', speed: 2 } }, exchanges);
  expect(sends.map((send) => [send.session, send.thinkMicros])).toEqual([
    ['a', 0],
    ['b', 0],
    ['a', 300],
    ['a', 0],
    ['b', 800],
  ]);
  const atRate = await planOf({ session: 'flow', timing: { kind: 'rate', perSecond: 1_000 } }, exchanges);
  expect(atRate.sends.every((send) => send.thinkMicros === 0)).toBe(true);
});

test('copies are clients of their own; what has no key has free order', async () => {
  const [first, second] = recording({ count: 2 }) as [Exchange, Exchange];
  const { sends } = await planOf({ session: 'session', times: 2 }, [first, { ...second, session: '' }]);
  expect(sends.map((send) => send.session)).toEqual([`${RECORDED_FLOW.id}#0`, `${RECORDED_FLOW.id}#1`, '', '']);
});

test('an overlay sends its slices at the same time, each as clients of its own', async () => {
  const exchanges = recording({ count: 6, gapMicros: 1_000 });
  const { sends } = await planOf({ times: 3, by: 'overlay', session: 'flow' }, exchanges);
  const offsets = sends.map((send) => send.request.exchange.offset);
  expect(offsets).toEqual([0, 2, 4, 1, 3, 5]);
  expect(sends.map((send) => send.copy)).toEqual([0, 1, 2, 0, 1, 2]);
  expect(sends[1]?.session).toBe(`${RECORDED_FLOW.id}#1`);
  expect(sends.at(-1)?.dueAt).toBeLessThanOrEqual(2_000);
});

test('speed divides the recorded gaps by the times', async () => {
  const { sends } = await planOf({ times: 4, by: 'speed' }, recording({ count: 3, gapMicros: 1_000 }));
  expect(sends.map((send) => [send.copy, send.dueAt])).toEqual([
    [0, 0],
    [0, 250],
    [0, 500],
  ]);
});

test('one hour of recorded time at speed 60 ends after a minute', async () => {
  const exchanges = recording({ count: 3_601, gapMicros: 1_000_000 });
  const { sends } = await planOf({ timing: { kind: 'recorded', speed: 60 } }, exchanges);
  expect(sends.at(-1)?.dueAt).toBeCloseTo(60_000_000, 3);
});

test.each([
  [{ times: 2, by: 'speed', timing: { kind: 'rate', perSecond: 1 } }, /by: speed/],
  [{ session: 'cookie' }, /session: "cookie"/],
  [{ shard: { index: 2, count: 2 } }, /shard 2 of 2/],
] as const)('%j is refused', (given, message) => {
  expect(() => plannerOf(new Pages(), given)).toThrow(
    expect.objectContaining({ code: 'REPLAY_OPTIONS_INVALID', exitCode: 2 }),
  );
  expect(() => plannerOf(new Pages(), given)).toThrow(message);
});

test('a request that comes before its time is due with the one before it', () => {
  const early = exchange(get(1), { at: RECORDED_AT - 500 });
  const { planner, due } = plannerOf(new Pages().comes([...recording({ count: 2 }), early]).ends(), {});
  planner.plan(100);
  expect(due()).toEqual([0, 1_000, 1_000]);
});

test('what may not be sent ends the run where it is due, and not where the plan ends before it', () => {
  const undecided = {
    ...TAKES_ALL,
    check: ({ operation }: Exchange) => {
      if (operation !== 'POST /cart') return undefined;
      throw new Error('writes need a word');
    },
  };
  const planned = (given: PlanOptions) => {
    const [first, second, write] = recording({ count: 3, gapMicros: 1_000 }) as [Exchange, Exchange, Exchange];
    const pages = new Pages().comes([first, second, { ...write, operation: 'POST /cart' }]).ends();
    const queue = new Queue(10);
    const planner = new Planner(planOptions(given), { pages, queue, preparer: undecided, notSent: () => {} });
    planner.plan(100);
    return queue.length;
  };
  expect(() => planned({})).toThrow('writes need a word');
  expect(() => planned({ timing: { kind: 'rate', perSecond: 100 } })).toThrow('writes need a word');
  expect(planned({ count: 2 })).toBe(2);
  expect(planned({ durationMs: 2 })).toBe(2);
  expect(planned({ timing: { kind: 'rate', perSecond: 100 }, durationMs: 20 })).toBe(2);
});
