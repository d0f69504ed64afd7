import { expect, test } from 'vitest';
import type { Micros, Millis } from '../../../../core/index.ts';
import { type HealthInput, healthSchema } from '../../../../emitter/health/options.ts';
import { MAX_CHANGES, TargetHealth, type TargetHealthDeps } from '../../../../emitter/health/target-health.ts';
import { RandomSource } from '../../../../emitter/plan/random-source.ts';

const SECOND: Micros = 1_000_000;
const TCP = { kind: 'tcp' } as const;

/** A target in simulated time: seconds pass, in each a check or sends. */
class Simulation {
  readonly health: TargetHealth;
  now: Micros = 7 * SECOND;
  readonly #start = this.now;

  constructor(options: HealthInput = {}, deps: TargetHealthDeps = {}) {
    this.health = new TargetHealth(healthSchema.parse({ check: TCP, ...options }), this.now, deps);
  }

  /** One character a second: `.` good, `x` bad. */
  checks(results: string): this {
    for (const result of results) {
      this.now += SECOND;
      this.health.checked(result === '.', this.now, 'ECONNREFUSED');
    }
    return this;
  }

  /** One character a send, all at the same moment. */
  sends(results: string, latencyMs: Millis = 0): this {
    for (const result of results) this.health.sent(result === '.', this.now, latencyMs * 1_000);
    return this;
  }

  /** Ticks ten times a second. */
  passes(seconds: number): this {
    for (const until = this.now + seconds * SECOND; this.now < until; ) {
      this.now += SECOND / 10;
      this.health.tick(this.now);
    }
    return this;
  }

  get share(): number {
    return Math.round(this.health.share(this.now) * 1_000) / 1_000;
  }

  /** `3 down`: at which second, to which state. */
  get course(): string[] {
    return this.health.changes.map(({ at, to }) => `${(at - this.#start) / SECOND} ${to}`);
  }
}

const good = (count: number): string => '.'.repeat(count);
const bad = (count: number): string => 'x'.repeat(count);

test('three bad checks in a row put a target out; two and a good one do not', () => {
  const target = new Simulation().checks('xx.xx.xx.');
  expect([target.health.state, target.share]).toEqual(['up', 1]);
  target.checks('xxx');
  expect([target.health.state, target.share]).toEqual(['down', 0]);
  expect(target.health.changes).toEqual([
    { at: 19 * SECOND, from: 'up', to: 'down', why: '3 bad checks in a row: ECONNREFUSED' },
  ]);
});

test('it is back after its time out and two good checks, with a tenth of its weight, and all of it 30 s later', () => {
  const target = new Simulation().checks(`xxx${good(4)}`);
  expect(target.health.state).toBe('down');
  target.checks('..');
  expect([target.health.state, target.share]).toEqual(['returning', 0.1]);
  target.checks(good(15));
  expect(target.share).toBe(0.55);
  target.checks(good(14));
  expect([target.health.state, target.share]).toEqual(['returning', 0.97]);
  target.checks('.');
  expect([target.health.state, target.share]).toEqual(['up', 1]);
  expect(target.course).toEqual(['3 down', '9 returning', '39 up']);
  expect(target.health.changes.map(({ why }) => why).slice(1)).toEqual([
    '6 s out, then 2 good checks in a row',
    'all of its weight after 30 s, 32 good checks in a row',
  ]);
});

test('each time it goes out within ten minutes the time out and the proof double, and later begin anew', () => {
  const target = new Simulation();
  const out = (): number => {
    const from = target.now;
    target.checks('xxx');
    while (target.health.state === 'down') target.checks('.');
    const seconds = (target.now - from) / SECOND - 3;
    target.checks(good(40));
    return seconds;
  };
  // The first good check that counts is the one at the end of the time out.
  expect([out(), out(), out(), out()]).toEqual([5 + 1, 10 + 3, 20 + 7, 40 + 15]);
  target.checks(good(600));
  expect(out()).toBe(5 + 1);
});

test('the time out and the proof grow no further than their bound', () => {
  const target = new Simulation({ maxReturnAfterMs: 12_000 });
  const times: number[] = [];
  for (let time = 0; time < 6; time++) {
    target.checks('xxx');
    const from = target.now;
    while (target.health.state === 'down') target.checks('.');
    times.push((target.now - from) / SECOND);
    target.checks(good(40));
  }
  expect(times).toEqual([5 + 1, 10 + 3, 12 + 7, 12 + 11, 12 + 11, 12 + 11]);
});

test('a target that goes out while it returns has to be well for thirty checks', () => {
  const target = new Simulation().checks(`xxx${good(6)}`);
  expect(target.health.state).toBe('returning');
  target.checks(`xxx${good(38)}`);
  expect(target.health.state).toBe('down');
  target.checks('.');
  expect(target.course).toEqual(['3 down', '9 returning', '12 down', '51 returning']);
});

test('a bad check behind a good one of the proof doubles it; bad ones before it do not', () => {
  const target = new Simulation().checks(`xxx${bad(100)}.x.x${good(7)}`);
  expect(target.health.state).toBe('down');
  target.checks('.');
  expect(target.health.state).toBe('returning');
});

test('good checks during the time out are no proof, and bad ones no breach', () => {
  const target = new Simulation().checks('xxx..x..');
  target.checks('.');
  expect(target.health.state).toBe('returning');
});

test('while a check is bad the share stands, and never falls', () => {
  const target = new Simulation().checks(`xxx${good(6)}${good(10)}`);
  expect(target.share).toBe(0.4);
  target.checks('xx');
  expect(target.share).toBe(0.43);
  target.checks('.');
  expect(target.share).toBe(0.43);
  target.checks(good(19));
  expect([target.health.state, target.share]).toEqual(['returning', 1]);
  target.checks(good(10));
  expect(target.health.state).toBe('up');
});

test.each([0.4, 0.5, 0.6])(
  'a check that fails at random, share %s: at most three changes in ten minutes, 1,000 seeds',
  (share) => {
    const most = Array.from({ length: 1_000 }, (_, seed) => changesAtRandom(share, seed));
    expect(most.filter((count) => count > 3)).toEqual([]);
    expect(most).toContain(3);
  },
);

function changesAtRandom(failureShare: number, seed: number): number {
  const random = new RandomSource(seed);
  const target = new Simulation();
  for (let second = 0; second < 600; second++)
    target.checks(random.next() < failureShare ? 'x' : '.').health.tick(target.now);
  return target.health.changeCount;
}

test('a target that answers checks and fails half of its sends is ejected at that send, and stays out though checks are good', () => {
  const target = new Simulation().checks('..').sends(good(10)).sends(bad(9));
  expect(target.health.state).toBe('up');
  target.sends('x');
  expect([target.health.state, target.share]).toEqual(['ejected', 0]);
  expect(target.health.changes[0]?.why).toBe('10 of 20 sends within 10 s failed');
  target.checks(good(5));
  expect(target.health.state).toBe('ejected');
  target.checks('.');
  expect(target.health.state).toBe('returning');
});

test('ejected again while it returns, it stays out for longer', () => {
  const target = new Simulation().sends(bad(20)).checks(good(6)).sends(bad(20)).checks(good(38));
  expect(target.health.state).toBe('ejected');
  expect(target.checks('.').course).toEqual(['0 ejected', '6 returning', '6 ejected', '45 returning']);
});

test('few sends say nothing, nor do those of more than ten seconds ago', () => {
  const target = new Simulation().sends(bad(19)).passes(11).sends(bad(19));
  expect(target.health.state).toBe('up');
  expect(target.sends('x').health.state).toBe('ejected');
});

test('answers slower than the limit count as failed', () => {
  const eject = { latencyMs: 200 };
  expect(new Simulation({ eject }).sends(good(100), 200).health.state).toBe('up');
  expect(new Simulation({ eject }).sends(good(20), 201).health.state).toBe('ejected');
});

test('sends that began before the return speak of the time before it', () => {
  const target = new Simulation().sends(bad(20)).checks(good(6)).sends(bad(100), 10);
  expect(target.health.state).toBe('returning');
  target.checks('.').sends(bad(20), 10);
  expect(target.health.state).toBe('ejected');
});

test('sends that end while the target is out are not held against its return', () => {
  const target = new Simulation().sends(bad(39)).checks(good(6)).sends('x');
  expect(target.health.state).toBe('returning');
});

test('without checks time alone brings an ejected target back', () => {
  const target = new Simulation({ check: undefined }).sends(bad(20)).passes(4.9);
  expect(target.health.state).toBe('ejected');
  target.passes(0.1);
  expect([target.health.state, target.share]).toEqual(['returning', 0.1]);
  target.passes(15);
  expect(target.share).toBe(0.55);
  target.passes(15);
  expect(target.course).toEqual(['0 ejected', '5 returning', '35 up']);
  expect(target.health.changes.map(({ why }) => why).slice(1)).toEqual(['5 s out', 'all of its weight after 30 s']);
});

test('where sends put nothing out, they do not', () => {
  expect(new Simulation({ eject: false }).sends(bad(1_000)).health.state).toBe('up');
});

test('one that may not be ejected is counted once, until its sends are well again', () => {
  let may = false;
  const target = new Simulation({}, { mayEject: () => may }).sends(bad(30));
  expect([target.health.state, target.health.withheld]).toEqual(['up', 1]);
  target.sends(good(40)).sends(bad(20));
  expect(target.health.withheld).toBe(2);
  may = true;
  expect(target.sends('x').health.state).toBe('ejected');
});

test('time in each state adds up, that of now included', () => {
  const target = new Simulation().checks(`xxx${good(6)}xxx.`);
  expect(target.health.spent(target.now)).toEqual({
    up: 3 * SECOND,
    down: 7 * SECOND,
    ejected: 0,
    returning: 3 * SECOND,
  });
});

test('a course without end is kept in part and counted whole', () => {
  const target = new Simulation({ check: undefined, rampMs: 0, returnAfterMs: 0 });
  for (let round = 0; round < 200; round++) target.sends(bad(20)).passes(0.1);
  expect([target.health.changes.length, target.health.changeCount]).toEqual([MAX_CHANGES, 600]);
});
