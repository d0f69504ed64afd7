/** As fast as possible, over several targets: which of them the plan waits for. */
import { expect, test } from 'vitest';
import { LaneBench } from '../../../support/emitter/lane-bench.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';

const MS = 1_000;
const DEAD = 0;
const WELL = 1;

/** Two targets that take turns, of which the first never answers. @param stays whether sends must go where they belong */
function twoTargets({ stays, count = 100_000 }: { stays: boolean; count?: number }) {
  let turns = 0;
  let planned = 0;
  const bench = new LaneBench({
    places: [2, 2],
    choose: (_send, isPassed) => {
      const at = turns++ % 2;
      return stays || !isPassed(at) ? at : 1 - at;
    },
    untimed: {
      take: () => (planned < count ? plannedSend({ index: planned++ }) : undefined),
      isOver: () => false,
    },
  });
  /** The target that is well answers what it holds every ms. */
  const answerUntil = (untilMs: number) => {
    for (let ms = bench.now / MS; ms < untilMs; ms++) {
      bench.pumpUntil((ms + 1) * MS);
      for (const send of [...(bench.senders[WELL]?.sends ?? [])]) bench.senders[WELL]?.answer(bench.now, send);
    }
  };
  const taken = (at: number) => bench.senders[at]?.taken.length ?? 0;
  const outcomes = (what: string) => [...bench.outcomes.values()].filter((told) => told.includes(what)).length;
  return { bench, answerUntil, taken, outcomes, planned: () => planned };
}

test('a target that stands still for a moment is waited for, so that the shares stay as asked', () => {
  const { answerUntil, taken } = twoTargets({ stays: false });
  answerUntil(900);
  expect([taken(DEAD), taken(WELL)]).toEqual([2, 65]);
});

test('a dead target never holds up the others: what may go elsewhere does', () => {
  const { bench, answerUntil, taken, outcomes } = twoTargets({ stays: false });
  answerUntil(20_000);
  // Two a ms, but for the second in which nobody knew.
  expect(taken(WELL)).toBeGreaterThan(37_000);
  expect(taken(DEAD)).toBe(2);
  // A lot at a time expires, and that it is dead is not forgotten with it.
  expect(outcomes('dropped')).toBeLessThanOrEqual(64 * 4);
  expect(bench.lanes[DEAD]?.waiting).toBeLessThanOrEqual(64);
});

test('what must stay at a dead target is dropped in its time, and the others go on', () => {
  const { bench, answerUntil, taken, outcomes, planned } = twoTargets({ stays: true });
  answerUntil(20_000);
  expect(taken(WELL)).toBeGreaterThan(30_000);
  expect(taken(DEAD)).toBe(2);
  expect(outcomes('dropped')).toBeGreaterThan(20_000);
  expect(outcomes('dropped') + outcomes('answered') + bench.record.held).toBe(planned());
});

test('a target that was dead and answers again is waited for again', () => {
  const { bench, answerUntil, taken } = twoTargets({ stays: false });
  answerUntil(5_000);
  const before = taken(WELL);
  const both: readonly number[] = [DEAD, WELL];
  for (let ms = 5_000; ms < 6_000; ms++) {
    bench.pumpUntil((ms + 1) * MS);
    for (const at of both) {
      for (const send of [...(bench.senders[at]?.sends ?? [])]) bench.senders[at]?.answer(bench.now, send);
    }
  }
  const [dead, well] = [taken(DEAD), taken(WELL) - before];
  expect(dead).toBeGreaterThan(1_900);
  expect(Math.abs(well - dead)).toBeLessThan(150);
});

test('a run whose targets are all dead ends all the same, each send with its outcome', () => {
  const { bench, planned } = twoTargets({ stays: true, count: 10 });
  bench.senders[WELL]?.setPlaces(0, 0);
  bench.senders[DEAD]?.setPlaces(0, 0);
  for (let seconds = 1; seconds <= 60 && (bench.record.held > 0 || planned() < 10); seconds++) {
    bench.pumpUntil(seconds * 1_000 * MS);
  }
  const told: readonly (readonly string[])[] = [...bench.outcomes.values()];
  expect(planned()).toBe(10);
  expect(bench.outcomes.size).toBe(planned());
  expect(told.every((outcomes) => outcomes.length === 1)).toBe(true);
  expect(bench.record.held).toBe(0);
});
