/** What a replay announces is what it then plans. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PacingFlags, pacingOf } from '../../cli/options/pacing.ts';
import { forecast } from '../../cli/replay/forecast.ts';
import { horizonOf } from '../../cli/replay/horizon.ts';
import { type Prospect, prospectOf } from '../../cli/replay/prospect.ts';
import { planOptionsOf, settlePlan } from '../../cli/replay/settled-plan.ts';
import { type Exchange, parsePlan, type Send } from '../../core/index.ts';
import { planOf, recordedAs, TAKES_ALL } from '../support/emitter/planning.ts';
import { exchange, get, RECORDED_AT } from '../support/emitter/recording.ts';

/** Requests at random gaps, some of which cannot be sent. */
const recordings = fc
  .array(fc.record({ gapMs: fc.integer({ min: 0, max: 80 }), whole: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 50,
    maxLength: 400,
  })
  .map((requests) => {
    let at = RECORDED_AT;
    return requests.map(({ gapMs, whole }, index): Exchange => {
      at += gapMs * 1_000;
      return exchange(get(index), { at, index, ...(whole === 0 ? { message: null } : {}) });
    });
  });

async function announcedAndPlanned(flags: PacingFlags, recorded: readonly Exchange[]) {
  const pacing = pacingOf(flags);
  const rules = { check: TAKES_ALL.check, sessionOf: undefined, writes: 'allow', horizon: horizonOf(pacing) } as const;
  const expected = await forecast(recordedAs(recorded)(), rules);
  const settled = settlePlan(pacing, expected);
  const planned = await planOf(planOptionsOf(settled), recorded);
  return { expected, prospect: prospectOf(settled, expected), ...planned };
}

/** Most sends within a second, wherever it begins. */
function peakOf(sends: readonly Send[]): number {
  let from = 0;
  let most = 0;
  for (const [i, { dueAt }] of sends.entries()) {
    while ((sends[from] as Send).dueAt <= dueAt - 1_000_000) from++;
    most = Math.max(most, i - from + 1);
  }
  return most;
}

function expectNear(found: number | undefined, wanted: number, tolerance: number): void {
  expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThanOrEqual(tolerance);
}

function expectPeak({ peakPerSecond }: Prospect, sends: readonly Send[]): void {
  const peak = peakOf(sends);
  expectNear(peakPerSecond, peak, peak * 0.3 + 3);
}

test('the recorded rhythm: as many sends as announced, as long and as fast', async () => {
  const flags = fc.record(
    {
      speed: fc.constantFrom(0.5, 1, 3, 20),
      loop: fc.constantFrom(2, 3),
      count: fc.integer({ min: 1, max: 600 }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(recordings, flags, async (recorded, given) => {
      const { prospect, sends } = await announcedAndPlanned(given, recorded);
      expect(prospect.sends).toBe(sends.length);
      if (sends.length === 0) return;
      // Between two passes lies a gap of the recording.
      expectNear(
        prospect.durationMs,
        (sends.at(-1)?.dueAt ?? 0) / 1_000,
        (100 + 80 * (given.loop ?? 1)) / (given.speed ?? 1),
      );
      if (given.count === undefined && given.loop === undefined) expectPeak(prospect, sends);
    }),
    { numRuns: 60 },
  );
});

test('each way to multiply: as many sends as announced, as long and as fast', async () => {
  const flags = fc.record({
    times: fc.constantFrom(0.3, 2, 2.5, 4),
    by: fc.constantFrom('overlay', 'speed', 'copies'),
  });
  await fc.assert(
    fc.asyncProperty(recordings, flags, async (recorded, { times, by }) => {
      fc.pre(by === 'copies' || times > 1);
      const { prospect, sends } = await announcedAndPlanned({ times, by }, recorded);
      // Which requests a thinning takes depends on those between them that cannot be sent.
      expectNear(prospect.sends, sends.length, Number.isInteger(times) || by !== 'copies' ? 0 : recorded.length * 0.1);
      expectNear(prospect.durationMs, (sends.at(-1)?.dueAt ?? 0) / 1_000, 450);
      expectPeak(prospect, sends);
    }),
    { numRuns: 60 },
  );
});

test('time limits of the recorded rhythm end it about where announced', async () => {
  await fc.assert(
    fc.asyncProperty(recordings, fc.integer({ min: 100, max: 20_000 }), async (recorded, duration) => {
      const { expected, prospect, sends } = await announcedAndPlanned({ duration, loop: 2 }, recorded);
      // Between two passes lies a gap of the recording.
      expectNear(prospect.sends, sends.length, expected.complete ? 15 : 0);
      expect(prospect.durationMs).toBeLessThanOrEqual(duration);
    }),
    { numRuns: 60 },
  );
});

test('rates and plans: exactly as announced', async () => {
  const plans = ['hold:100/2s', 'ramp:0-300/3s,pause:1s,hold:50/1s', 'sine:10-200~700ms/2s', 'shape:90/3s'] as const;
  const flags = fc.oneof(
    fc.record({ qps: fc.integer({ min: 1, max: 500 }), loop: fc.constantFrom(1, 3) }),
    fc.record({ qps: fc.integer({ min: 1, max: 500 }), duration: fc.integer({ min: 1, max: 9_000 }) }),
    fc.record({ plan: fc.constantFrom(...plans).map(parsePlan) }),
    fc.record({ plan: fc.constantFrom(...plans).map(parsePlan), loop: fc.constant(1) }),
    fc.record({ plan: fc.constantFrom(...plans).map(parsePlan), duration: fc.integer({ min: 100, max: 4_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(recordings, flags, async (recorded, given: PacingFlags) => {
      const { prospect, sends } = await announcedAndPlanned(given, recorded);
      expect(prospect.sends).toBe(sends.length);
      expect((sends.at(-1)?.dueAt ?? 0) / 1_000).toBeLessThanOrEqual((prospect.durationMs ?? 0) + 1);
    }),
    { numRuns: 25 },
  );
});
