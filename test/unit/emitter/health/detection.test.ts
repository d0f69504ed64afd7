/** Schedule and state together, in simulated time: how long a target that dies is still sent to, and when it is back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Micros } from '../../../../core/index.ts';
import { CheckSchedule } from '../../../../emitter/health/check-schedule.ts';
import { type HealthOptions, healthSchema } from '../../../../emitter/health/options.ts';
import { TargetHealth } from '../../../../emitter/health/target-health.ts';

const OPTIONS = healthSchema.parse({ check: { kind: 'tcp' }, intervalMs: 1_000, timeoutMs: 500, fall: 3 });
const BUDGET: Micros = 3_500_000;

interface Death {
  readonly at: Micros;
  /** From a question to its bad end: 0 refused, up to the time-out. */
  readonly noticeMicros: Micros;
  readonly backAt: Micros;
}

/** How the target fared that has its turn at that place of several. */
function course(options: HealthOptions, targets: number, place: number, death: Death, until: Micros): TargetHealth {
  const ids = Array.from({ length: targets }, (_, index) => `${index}`);
  const schedule = new CheckSchedule(options.intervalMs * 1_000, ids, 0);
  const health = new TargetHealth(options, 0);
  for (let at = schedule.nextAt ?? until; at < until; at = schedule.nextAt ?? until) {
    if (!schedule.take(at).includes(`${place}`)) continue;
    const dead = at >= death.at && at < death.backAt;
    health.checked(!dead, dead ? at + death.noticeMicros : at, 'dead');
  }
  return health;
}

test('whenever and however a target dies, it is out within interval × fall and the time-out, and not before it died', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000_000 }),
      fc.integer({ min: 0, max: 500_000 }),
      fc.integer({ min: 1, max: 12 }),
      (at, noticeMicros, targets) => {
        const death = { at, noticeMicros, backAt: Number.POSITIVE_INFINITY };
        for (let place = 0; place < targets; place++) {
          const [out, ...others] = course(OPTIONS, targets, place, death, 40_000_000).changes;
          expect(out?.to).toBe('down');
          expect(out?.at).toBeGreaterThanOrEqual(at);
          expect(out?.at).toBeLessThanOrEqual(at + BUDGET);
          expect(others).toEqual([]);
        }
      },
    ),
  );
});

test('whenever it is well again, it is back only after its time out and as many good checks as are asked for', () => {
  const most = { intervalMs: 1_000, rise: 4, returnAfterMs: 7_000 };
  const options = healthSchema.parse({ check: { kind: 'tcp' }, ...most });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5_000_000 }),
      fc.integer({ min: 4_000_000, max: 60_000_000 }),
      (at, outage) => {
        const backAt = at + outage;
        const [out, back] = course(options, 1, 0, { at, noticeMicros: 0, backAt }, 100_000_000).changes;
        expect(back?.to).toBe('returning');
        const earliest = Math.max((out?.at ?? 0) + 7_000_000, backAt) + 3_000_000;
        expect(back?.at).toBeGreaterThanOrEqual(earliest);
        expect(back?.at).toBeLessThanOrEqual(earliest + 1_000_000);
      },
    ),
  );
});
