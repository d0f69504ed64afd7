import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BytecopyError,
  type Exchange,
  formatPlan,
  type PlanPhase,
  parsePlan,
  phaseSends,
  planDurationMs,
  planPeak,
  planSends,
  type RatePhase,
} from '../../core/index.ts';
import { timingOf } from '../../emitter/plan/choose-timing.ts';
import { CopyCounter } from '../../emitter/plan/copies.ts';
import { RateCurve } from '../../emitter/plan/rate-curve.ts';
import { type PlanOptions, planOf } from '../support/emitter/planning.ts';
import { exchange, get, RECORDED_AT, RECORDED_FLOW } from '../support/emitter/recording.ts';

const perSecond = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.01, max: 5_000, noNaN: true }));
const durationMs = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.double({ min: 1, max: 5_000, noNaN: true }));
const sine = fc
  .tuple(fc.oneof(fc.constant(0), perSecond), perSecond, fc.integer({ min: 10, max: 30_000 }), durationMs)
  .map(([min, more, periodMs, duration]) => ({ kind: 'sine', min, max: min + more, periodMs, durationMs: duration }));
const written = fc.oneof(
  fc.record({ kind: fc.constant('hold'), perSecond, durationMs }),
  fc.record({ kind: fc.constant('hold'), perSecond: fc.constant(0), durationMs }),
  fc.record({ kind: fc.constant('ramp'), from: perSecond, to: fc.oneof(fc.constant(0), perSecond), durationMs }),
  fc.record({ kind: fc.constant('ramp'), from: fc.constant(0), to: perSecond, durationMs }),
  sine,
) as fc.Arbitrary<Exclude<RatePhase, { kind: 'weights' }>>;
const weights = fc.record({
  kind: fc.constant('weights'),
  perSecond,
  weights: fc
    .array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 })
    .filter((all) => all.some(Boolean)),
  durationMs,
}) as fc.Arbitrary<RatePhase>;
const shape = fc.record({
  kind: fc.constant('shape'),
  perSecond,
  durationMs: fc.option(durationMs, { nil: undefined }),
}) as fc.Arbitrary<PlanPhase>;
const phases = fc.array(fc.oneof(written, weights), { minLength: 1, maxLength: 5 });

test('a plan written down is read as the same plan', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(written, shape), { minLength: 1, maxLength: 6 }), (plan) => {
      fc.pre(plan.some((phase) => phase.kind !== 'hold' || phase.perSecond > 0));
      expect(parsePlan(formatPlan(plan))).toEqual(plan);
    }),
  );
});

test('steps come out as holds, and they as themselves', () => {
  const rate = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(
      rate,
      rate,
      fc.integer({ min: 2, max: 50 }),
      fc.integer({ min: 50, max: 100_000 }),
      (from, to, count, ms) => {
        const steps = parsePlan(`steps:${from}-${to}x${count}/${ms}ms`) as readonly RatePhase[];
        expect(planDurationMs(steps)).toBeCloseTo(ms, 6);
        expect(planPeak(steps)).toBe(Math.max(from, to));
        expect(parsePlan(formatPlan(steps))).toEqual(steps);
      },
    ),
  );
});

test('random text is a plan or PLAN_INVALID', () => {
  const piece = fc.constantFrom(
    ...[
      'hold',
      'ramp',
      'steps',
      'sine',
      'pause',
      'shape',
      ':',
      '-',
      '/',
      'x',
      '~',
      ',',
      ' ',
      '.',
      '0',
      '5',
      '100',
      '1e9',
    ],
    ...['s', 'ms', 'm', 'h', 'NaN', 'Infinity', '__proto__'],
  );
  const nearly = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearly), (text) => {
      try {
        for (const phase of parsePlan(text)) {
          const numbers = Object.values(phase).filter((value) => typeof value === 'number');
          expect(numbers.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(BytecopyError);
        expect((error as BytecopyError).code).toBe('PLAN_INVALID');
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Integral of the rate from the start to this time, by its definition. */
function sendsUntil(plan: readonly RatePhase[], micros: number): number {
  let sends = 0;
  let startMs = 0;
  for (const phase of plan) {
    const ms = Math.min(phase.durationMs, Math.max(0, micros / 1_000 - startMs));
    startMs += phase.durationMs;
    if (phase.kind === 'ramp') {
      sends += phaseSends({
        ...phase,
        durationMs: ms,
        to: phase.from + ((phase.to - phase.from) * ms) / phase.durationMs,
      });
    } else if (phase.kind === 'weights') {
      const sum = phase.weights.reduce((total, weight) => total + weight, 0);
      const pieceMs = phase.durationMs / phase.weights.length;
      for (const [index, weight] of phase.weights.entries()) {
        const pieceSeconds = Math.min(pieceMs, Math.max(0, ms - index * pieceMs)) / 1_000;
        sends += ((phase.perSecond * phase.weights.length) / sum) * weight * pieceSeconds;
      }
    } else sends += phaseSends({ ...phase, durationMs: ms });
  }
  return sends;
}

test('in every window of a profile there are as many sends as its integral, less than one more or fewer', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(phases, fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 10 }), (plan, windows) => {
      const expected = planSends(plan);
      fc.pre(expected < 20_000);
      const curve = new RateCurve(plan);
      const due = Array.from({ length: expected }, (_, place) => curve.timeOf(place));
      expect(curve.timeOf(expected)).toBe(Number.POSITIVE_INFINITY);
      const end = planDurationMs(plan) * 1_000;
      expect(due.every((time, place) => time <= end && time >= (due[place - 1] ?? 0) - 1e-3)).toBe(true);
      for (const [one, other] of windows) {
        const [from, until] = [Math.min(one, other) * end, Math.max(one, other) * end];
        const sent = due.filter((time) => time >= from && time < until).length;
        const integral = sendsUntil(plan, until) - sendsUntil(plan, from);
        expect(Math.abs(sent - integral)).toBeLessThan(1 + 1e-4);
      }
    }),
  );
});

test('copies of n requests are ⌊n × times⌋, and no two requests differ by more than one', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), fc.integer({ min: 1, max: 500 }), (times, requests) => {
      const counter = new CopyCounter(times);
      const copies = Array.from({ length: requests }, () => counter.next());
      expect(copies.reduce((sum, count) => sum + count, 0)).toBe(Math.floor(requests * times));
      expect(Math.max(...copies) - Math.min(...copies)).toBeLessThanOrEqual(1);
    }),
  );
});

test('due times never go back, whatever order the recording is in and however often it is passed over', () => {
  const recorded = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 50 });
  const speed = fc.double({ min: 0.01, max: 1_000, noNaN: true });
  const few = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(recorded, speed, few, few, (times, speed, copies, passes) => {
      const timing = timingOf({
        timing: { kind: 'recorded', speed },
        times: 1,
        by: 'copies',
        arrivals: 'even',
        seed: 1,
      });
      let last = 0;
      for (let pass = 0; pass < passes; pass++) {
        timing.beginPass();
        for (const [index, at] of times.entries()) {
          timing.place(at, copies, times[index + 1]);
          for (let copy = 0; copy < copies; copy++) {
            const due = timing.nextDue();
            expect(due).toBeGreaterThanOrEqual(last - 1e-3);
            last = due;
          }
        }
      }
    }),
  );
});

/** Requests of a few clients at random gaps, some of which cannot be sent. */
const recordings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 60 })
  .map((requests) => {
    let at = RECORDED_AT;
    return requests.map(([gap, client, whole], index): Exchange => {
      at += gap + 1;
      return exchange(get(index), {
        at,
        index,
        flow: { ...RECORDED_FLOW, id: `flow-${client}`, client: { address: `192.0.2.${client}`, port: 1 } },
        session: client === 0 ? '' : `client-${client}`,
        ...(whole || client % 2 === 0 ? {} : { message: null }),
      });
    });
  });

const plans = fc.record(
  {
    timing: fc.oneof(
      fc.record({ kind: fc.constant('recorded' as const), speed: fc.double({ min: 0.1, max: 100, noNaN: true }) }),
      fc.record({ kind: fc.constant('rate' as const), perSecond: fc.integer({ min: 1, max: 100_000 }) }),
      fc.record({ kind: fc.constant('profile' as const), phases: fc.array(written, { minLength: 1, maxLength: 3 }) }),
      fc.constant({ kind: 'max' as const }),
    ),
    times: fc.constantFrom(0.3, 1, 2, 3.5),
    by: fc.constantFrom('copies', 'overlay', 'speed'),
    session: fc.constantFrom(undefined, 'flow', 'client', 'session', 'header:user-agent', 'cookie:none'),
    loop: fc.integer({ min: 1, max: 3 }),
    arrivals: fc.constantFrom('even', 'poisson'),
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 300 }),
    durationMs: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
);

/** The plan as asked for, where its parts go together. */
function consistent(plan: object, exchanges: readonly Exchange[]): PlanOptions {
  const given = Object.fromEntries(Object.entries(plan).filter(([, value]) => value !== undefined)) as PlanOptions;
  const isRecorded = given.timing === undefined || given.timing.kind === 'recorded';
  const cannotOverlay = (given.times ?? 1) < 1 || exchanges.length < 4;
  const cannot = (given.by === 'speed' && !isRecorded) || (given.by === 'overlay' && cannotOverlay);
  return cannot ? { ...given, by: 'copies' } : given;
}

test.each([1, 2, 3, 7])('%d shards together are exactly the plan', async (count) => {
  await fc.assert(
    fc.asyncProperty(recordings, plans, async (exchanges, plan) => {
      const given = consistent(plan, exchanges);
      const whole = await planOf(given, exchanges);
      const shards = await Promise.all(
        Array.from({ length: count }, (_, index) => planOf({ ...given, shard: { index, count } }, exchanges)),
      );
      const sends = (parts: readonly (typeof whole)[]): string[] =>
        parts
          .flatMap((part) => part.sends)
          .map(
            (send) => `${send.request.exchange.offset} ${send.copy} ${send.dueAt} ${send.session} ${send.thinkMicros}`,
          )
          .sort();
      expect(sends(shards)).toEqual(sends([whole]));
      expect(shards.flatMap((shard) => shard.notSent).sort()).toEqual(whole.notSent.toSorted());
      for (const [index, send] of whole.sends.entries()) {
        expect(send.dueAt).toBeGreaterThanOrEqual((whole.sends[index - 1]?.dueAt ?? 0) - 1e-3);
      }
      for (const shard of shards) {
        const others = shards.filter((one) => one !== shard).flatMap((one) => one.sends.map((send) => send.session));
        expect(shard.sends.some((send) => send.session !== '' && others.includes(send.session))).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test('an overlay sends each exchange once, within its share of the time', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, fc.double({ min: 1, max: 8, noNaN: true }), async (exchanges, times) => {
      fc.pre(exchanges.length >= 8);
      const whole = exchanges.filter((one) => one.request !== undefined);
      const { sends } = await planOf({ times, by: 'overlay' }, exchanges);
      expect(sends.map((send) => send.request.exchange.offset).sort()).toEqual(
        whole.map((one) => one.id.offset).sort(),
      );
      const span = (exchanges.at(-1)?.id.at ?? 0) + 1 - (exchanges[0]?.id.at ?? 0);
      for (const send of sends) expect(send.dueAt).toBeLessThanOrEqual(span / times + 1);
    }),
  );
});
