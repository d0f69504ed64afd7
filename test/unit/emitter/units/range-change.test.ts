/** Ranges changed in the middle of a run, in simulated time, judged by what the units themselves saw. */
import { crc32 } from 'node:zlib';
import TinyQueue from 'tinyqueue';
import { expect, test } from 'vitest';
import { type UnitReport, UnitRouter, unitsSchema } from '../../../../emitter/units/index.ts';

const USERS = 1_000_000;
const PER_SECOND = 5_000;
const GAP_MICROS = 1_000_000 / PER_SECOND;
const RUN_MICROS = 6_000_000;
const PREPARE_AT = 2_000_000;
const SLOWEST_ANSWER_MICROS = 400_000;
/** North gives slots to east, and east to south. */
const CUTS = [
  [33_000, 66_000],
  [20_000, 50_000],
] as const;

interface Seen {
  readonly user: string;
  readonly ordinal: number;
  readonly unit: string;
  readonly at: number;
  readonly endedAt: number;
}

function options(version: 1 | 2) {
  const [first, second] = CUTS[version - 1] as readonly [number, number];
  const ranges = [
    { unit: 'north', from: 0, to: first },
    { unit: 'east', from: first, to: second },
    { unit: 'south', from: second, to: 100_000 },
  ];
  return unitsSchema.parse({ user: 'header:X-User', hash: 'crc32', ranges, version });
}

/** Told without the code under test. */
function ownerOf(user: string, version: 1 | 2): string {
  const slot = crc32(user) % 100_000;
  const [first, second] = CUTS[version - 1] as readonly [number, number];
  return slot < first ? 'north' : slot < second ? 'east' : 'south';
}

/** One send in ten is of one of 20 busy users, so that some have several under way. */
function userOf(ordinal: number): string {
  const place = ordinal % 10 === 0 ? (ordinal / 10) % 20 : (ordinal * 7_919 * 31) % USERS;
  return `user-${place}`;
}

/** @param commitAt when the change is committed, ready or not */
function run(commitAt: (router: UnitRouter<number>, now: number) => boolean): {
  seen: Seen[];
  committedAt: number;
  report: UnitReport;
} {
  const router = new UnitRouter<number>(options(1));
  const seen: Seen[] = [];
  const answers = new TinyQueue<Seen>([], (one, other) => one.endedAt - other.endedAt);
  let committedAt = 0;
  const send = (ordinal: number, now: number) => {
    const user = userOf(ordinal);
    const unit = router.unitOf(user) as string;
    router.began(user, unit);
    router.misrouted(unit, user);
    const one = { user, ordinal, unit, at: now, endedAt: now + 1 + ((ordinal * 104_729) % SLOWEST_ANSWER_MICROS) };
    seen.push(one);
    answers.push(one);
  };
  const answer = (until: number) => {
    for (let one = answers.peek(); one !== undefined && one.endedAt <= until; one = answers.peek()) {
      answers.pop();
      for (const released of router.ended(one.user, one.endedAt)) send(released, one.endedAt);
    }
  };
  for (let ordinal = 0, now = 0; now < RUN_MICROS; ordinal++, now += GAP_MICROS) {
    answer(now);
    if (now === PREPARE_AT) router.prepare(options(2), now);
    if (now >= PREPARE_AT && committedAt === 0 && commitAt(router, now)) {
      committedAt = now;
      for (const released of router.commit(now)) send(released, now);
    }
    const user = userOf(ordinal);
    if (router.holds(user)) router.hold(user, ordinal, 200, now);
    else send(ordinal, now);
  }
  answer(Number.POSITIVE_INFINITY);
  return { seen, committedAt, report: router.report() };
}

function misrouted(seen: readonly Seen[], committedAt: number): number {
  return seen.filter(({ user, unit, at }) => unit !== ownerOf(user, at < committedAt ? 1 : 2)).length;
}

/** Sends that began while one of the same user was under way elsewhere, or went before an earlier one of theirs. */
function astray(seen: readonly Seen[]): number {
  const last = new Map<string, { unit: string; until: number; ordinal: number }>();
  let count = 0;
  for (const { user, unit, at, endedAt, ordinal } of seen) {
    const before = last.get(user);
    if (before !== undefined && ((before.unit !== unit && before.until > at) || before.ordinal > ordinal)) count++;
    last.set(user, { unit, until: Math.max(endedAt, before?.unit === unit ? before.until : 0), ordinal });
  }
  return count;
}

test('committed when ready: nobody is misrouted, and all that was held goes at once', () => {
  const { seen, committedAt, report } = run((router) => router.ready);
  expect(seen).toHaveLength((RUN_MICROS / 1_000_000) * PER_SECOND);
  expect(committedAt - PREPARE_AT).toBeLessThanOrEqual(SLOWEST_ANSWER_MICROS + GAP_MICROS);
  expect([misrouted(seen, committedAt), astray(seen), report.misrouted, report.heldNow]).toEqual([0, 0, 0, 0]);
  expect(report.changes).toMatchObject([{ state: 'committed', refused: 0, releasedAfterMicros: 0 }]);
  expect(report.changes[0]?.held).toBeGreaterThan(100);
  expect(report.changes[0]?.released).toBe(report.changes[0]?.held);
});

test('committed at once: who has sends under way follows when they have ended', () => {
  const { seen, committedAt, report } = run(() => true);
  expect(seen).toHaveLength((RUN_MICROS / 1_000_000) * PER_SECOND);
  expect([misrouted(seen, committedAt), astray(seen), report.misrouted, report.heldNow]).toEqual([0, 0, 0, 0]);
  expect(report.changes[0]?.held).toBeGreaterThan(0);
  expect(report.changes[0]?.releasedAfterMicros).toBeLessThanOrEqual(SLOWEST_ANSWER_MICROS);
});
