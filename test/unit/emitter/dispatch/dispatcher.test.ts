import { describe, expect, test } from 'vitest';
import { Ledger, type Micros, type Send } from '../../../../core/index.ts';
import type { LaneOptions } from '../../../../emitter/dispatch/target-lane.ts';

import { RunRecord } from '../../../../emitter/results/run-record.ts';
import { HeldSender } from '../../../support/emitter/held-sender.ts';
import { OneLane } from '../../../support/emitter/one-lane.ts';
import { type PlannedSend, plannedSend } from '../../../support/emitter/planned-send.ts';

const MS = 1_000;

interface Setting extends Partial<LaneOptions> {
  readonly places?: number;
  /** As fast as possible: these, one after the other. */
  readonly plan?: Send[];
}

/** A lane with a sender that holds what it takes and a clock that stands until it is moved. */
function lane({ places = 1_000, plan, ...options }: Setting = {}) {
  let planIsOver = false;
  let now = 0;
  let wakes = 0;
  const ledger = new Ledger();
  const record = new RunRecord({ target: 'held:1', runId: 'run', plan: undefined, ledger, onResult: undefined });
  record.start(0, 0);
  const lane = new OneLane(
    { lateness: { kind: 'at-once' }, maxWaitMs: 5_000, ...options },
    {
      clock: { now: () => now, monotonic: () => now },
      record,
      wake: () => {
        wakes++;
      },
      untimed:
        plan === undefined
          ? undefined
          : { take: () => (planIsOver ? undefined : plan.shift()), isOver: () => planIsOver },
    },
  );
  const sender = new HeldSender(places, lane.handler);
  lane.open(sender);
  return {
    lane,
    sender,
    record,
    wakes: () => wakes,
    /** Moves the clock there, and pumps whenever the lane asked for it or was woken. */
    runTo(until: Micros, dues: readonly Send[] = []) {
      let place = 0;
      let nextAt: Micros | undefined = now;
      for (let steps = 0; steps < 100_000; steps++) {
        const dueAt = dues[place]?.dueAt ?? Number.POSITIVE_INFINITY;
        const at = Math.min(dueAt, nextAt ?? Number.POSITIVE_INFINITY);
        if (at > until) break;
        now = Math.max(now, at);
        for (let due = dues[place]; due !== undefined && due.dueAt <= now; due = dues[++place]) lane.due(due, now);
        nextAt = lane.pump(now);
        if (nextAt !== undefined && nextAt <= now && place === dues.length) nextAt = now + 1;
      }
      now = until;
    },
    endPlan() {
      planIsOver = true;
    },
    settle(how: (sender: HeldSender, at: Micros) => void) {
      how(sender, now);
    },
    went: () => sender.taken.map(({ send, at }) => [send.request.exchange.index, at]),
    account: () => ledger.account('sends', 'answered').report(),
  };
}

function sends(count: number, gap: Micros, parts: PlannedSend = {}): Send[] {
  return Array.from({ length: count }, (_, index) => plannedSend({ index, dueAt: index * gap, ...parts }));
}

test('what is due goes at once while connections are free', () => {
  const { runTo, went } = lane();
  runTo(10 * MS, sends(3, MS));
  expect(went()).toEqual([
    [0, 0],
    [1, MS],
    [2, 2 * MS],
  ]);
});

test('without a free connection sends wait in order, and each answer takes the next', () => {
  const { runTo, went, sender, settle, lane: it } = lane({ places: 1 });
  runTo(5 * MS, sends(3, MS));
  expect(it.waiting).toBe(2);
  expect(sender.demanded).toBe(2);
  settle((held, at) => held.answer(at));
  settle((held, at) => held.answer(at));
  expect(went()).toEqual([
    [0, 0],
    [1, 5 * MS],
    [2, 5 * MS],
  ]);
  expect(it.waiting).toBe(0);
});

test('what waits longer than allowed is dropped and counted', () => {
  const { runTo, account } = lane({ places: 1, maxWaitMs: 100 });
  runTo(99 * MS, sends(5, MS));
  expect(account()).toMatchObject({ in: 5, held: 5 });
  runTo(200 * MS);
  expect(account()).toMatchObject({ in: 5, held: 1, balanced: true });
});

test('a backlog beyond its bound drops what is due, and everything due still has one outcome', () => {
  const { runTo, account, sender, settle } = lane({ places: 1 });
  runTo(MS, sends(70_000, 0));
  expect(account()).toMatchObject({ in: 70_000, held: 65_537 });
  while (sender.sends.length > 0) settle((held, at) => held.answer(at));
  expect(account()).toMatchObject({ in: 70_000, out: { answered: 65_537 }, held: 0, balanced: true });
});

describe('after a target stood still for a second', () => {
  test('at once sends all that waited in one moment', () => {
    const run = lane({ places: 0 });
    run.runTo(1_000 * MS, sends(1_000, MS));
    const open = new HeldSender(10_000, run.lane.handler);
    run.lane.open(open);
    run.runTo(1_001 * MS);
    expect(open.taken).toHaveLength(1_000);
    expect(new Set(open.taken.map(({ at }) => at)).size).toBeLessThanOrEqual(2);
  });

  test('catching up sends at most twice as fast as planned, and then as planned', () => {
    const run = lane({ places: 0, lateness: { kind: 'catch-up', factor: 2 } });
    const plan = sends(4_000, MS);
    run.runTo(1_000 * MS - 1, plan.slice(0, 1_000));
    const open = new HeldSender(10_000, run.lane.handler);
    run.lane.open(open);
    run.runTo(4_000 * MS, plan.slice(1_000));
    expect(open.taken).toHaveLength(4_000);
    for (let from = 1_000 * MS; from < 3_900 * MS; from += 100 * MS) {
      const inWindow = open.taken.filter(({ at }) => at >= from && at < from + 100 * MS).length;
      expect(inWindow).toBeLessThanOrEqual(from < 1_100 * MS ? 215 : 203);
    }
    // Behind by a second, at twice the rate: caught up after another second.
    const behind = open.taken.filter(({ send, at }) => at - send.dueAt > 11 * MS);
    expect(Math.max(...behind.map(({ at }) => at))).toBeLessThan(2_010 * MS);
  });

  test('dropping leaves out what is later than allowed and sends the rest in time', () => {
    const run = lane({ places: 0, lateness: { kind: 'drop', afterMs: 100 } });
    const plan = sends(2_000, MS);
    run.runTo(1_000 * MS - 1, plan.slice(0, 1_000));
    const open = new HeldSender(10_000, run.lane.handler);
    run.lane.open(open);
    run.runTo(2_000 * MS, plan.slice(1_000));
    expect(open.taken.length).toBeGreaterThanOrEqual(1_099);
    expect(open.taken.length).toBeLessThanOrEqual(1_101);
    expect(run.account()).toMatchObject({ in: 2_000, balanced: true });
  });
});

test('a free connection that the gate refuses asks to be pumped, or it would stand idle until the oldest expires', () => {
  const run = lane({ places: 1, lateness: { kind: 'catch-up', factor: 2 } });
  run.runTo(1_000 * MS, sends(100, 10 * MS));
  const before = run.wakes();
  // The first few make up for 10 ms; then the gate closes for a while.
  for (let answers = 0; answers < 10 && run.sender.sends.length > 0; answers++)
    run.settle((held, at) => held.answer(at));
  expect(run.sender.sends).toHaveLength(0);
  expect(run.lane.waiting).toBeGreaterThan(0);
  expect(run.wakes()).toBeGreaterThan(before);
});

test('a session that goes on while the gate is closed asks to be pumped', () => {
  const run = lane({ places: 0, lateness: { kind: 'catch-up', factor: 2 } });
  const late = [...sends(50, 10 * MS, { session: 'a' })];
  run.runTo(1_000 * MS, late);
  const open = new HeldSender(10, run.lane.handler);
  run.lane.open(open);
  run.runTo(1_001 * MS);
  expect(open.sends).toHaveLength(1);
  const before = run.wakes();
  open.answer(1_001 * MS);
  expect(run.lane.waiting).toBeGreaterThan(0);
  expect(open.sends.length + run.wakes() - before).toBeGreaterThan(0);
});

describe('sessions', () => {
  const session = { session: 'a' };

  test('a send waits for the answer of the one before it in its session, others do not', () => {
    const { runTo, went, settle, sender } = lane();
    const [first, second] = sends(2, MS, session);
    runTo(5 * MS, [first as Send, second as Send, plannedSend({ index: 7, dueAt: 2 * MS, session: 'b' })]);
    expect(went()).toEqual([
      [0, 0],
      [7, 2 * MS],
    ]);
    settle((held, at) => held.answer(at, first));
    runTo(6 * MS);
    expect(went()).toEqual([
      [0, 0],
      [7, 2 * MS],
      [1, 5 * MS],
    ]);
    expect(sender.sends.map((send) => send.request.exchange.index)).toEqual([7, 1]);
  });

  test('the pause that the client made is kept behind a slow answer', () => {
    const { runTo, went, settle } = lane();
    const plan = [
      plannedSend({ dueAt: 0, ...session }),
      plannedSend({ index: 1, dueAt: 50 * MS, thinkMicros: 30 * MS, ...session }),
    ];
    runTo(100 * MS, plan);
    settle((held, at) => held.answer(at));
    runTo(200 * MS);
    expect(went()).toEqual([
      [0, 0],
      [1, 130 * MS],
    ]);
  });

  test('the pause is kept too where the answer is slow and still comes before the next is due', () => {
    const { runTo, went, settle } = lane();
    runTo(40 * MS, [plannedSend({ dueAt: 0, ...session })]);
    settle((held, at) => held.answer(at));
    runTo(200 * MS, [plannedSend({ index: 1, dueAt: 50 * MS, thinkMicros: 30 * MS, ...session })]);
    expect(went()[1]).toEqual([1, 70 * MS]);
  });

  test('a fast answer does not make a session run ahead of its plan', () => {
    const { runTo, went, settle } = lane();
    runTo(MS, [plannedSend({ dueAt: 0, ...session })]);
    settle((held, at) => held.answer(at));
    runTo(100 * MS, [plannedSend({ index: 1, dueAt: 50 * MS, thinkMicros: 30 * MS, ...session })]);
    expect(went()[1]).toEqual([1, 50 * MS]);
  });

  test('a failed send lets its session go on', () => {
    const { runTo, went, settle } = lane();
    runTo(5 * MS, sends(3, MS, session));
    settle((held, at) => held.fail(at, 'reset'));
    settle((held, at) => held.fail(at, 'reset'));
    expect(went().map(([index]) => index)).toEqual([0, 1, 2]);
  });

  test('a session that is a minute behind loses its sends instead of holding up the end', () => {
    const { runTo, settle, account, sender } = lane();
    runTo(61_000 * MS, sends(50_000, 1, session));
    settle((held, at) => held.fail(at, 'timeout'));
    runTo(61_001 * MS);
    expect(sender.taken).toHaveLength(1);
    expect(account()).toMatchObject({ in: 50_000, held: 0, balanced: true });
  });
});

describe('as fast as possible', () => {
  test('no connection is left idle for the sake of catching up with a plan that has no times', () => {
    const { runTo, sender, settle } = lane({
      places: 1,
      plan: sends(9, 0),
      lateness: { kind: 'catch-up', factor: 2 },
    });
    runTo(300 * MS);
    for (const at of [300, 320, 340, 360]) {
      runTo(at * MS);
      expect(sender.sends).toHaveLength(1);
      settle((held, now) => held.answer(now));
    }
    expect(sender.sends).toHaveLength(1);
  });

  test('a long session loses nothing, because its sends are due when their turn comes', () => {
    const run = lane({ places: 10, plan: sends(5, 0, { session: 'a' }) });
    for (let answers = 1; answers <= 5; answers++) {
      run.runTo(answers * 61_000 * MS);
      run.settle((held, at) => held.answer(at));
    }
    expect(run.account()).toMatchObject({ in: 5, out: { answered: 5 }, balanced: true });
    expect(run.sender.taken.map(({ send, at }) => at - send.dueAt)).toEqual([0, 0, 0, 0, 0]);
  });

  test('what waits for its session when the plan is over was never due', () => {
    const run = lane({ places: 10, plan: sends(5, 0, { session: 'a' }) });
    run.runTo(MS);
    run.endPlan();
    run.settle((held, at) => held.answer(at));
    expect(run.account()).toMatchObject({ in: 1, out: { answered: 1 }, held: 0, balanced: true });
    expect(run.lane.waiting).toBe(0);
  });

  test('every free connection takes the next send of the plan, and each answer another one', () => {
    const { runTo, sender, settle, record } = lane({ places: 2, plan: sends(5, 0) });
    runTo(MS);
    expect(sender.taken).toHaveLength(2);
    // One was taken from the plan to see that no connection is free.
    expect(record.held).toBe(3);
    while (sender.sends.length > 0) settle((held, at) => held.answer(at));
    expect(sender.taken).toHaveLength(5);
    expect(record.held).toBe(0);
  });

  test('sends of one session follow each other, however many connections are free', () => {
    const { runTo, sender, settle } = lane({ places: 10, plan: sends(5, 0, { session: 'a' }) });
    runTo(MS);
    expect(sender.sends).toHaveLength(1);
    settle((held, at) => held.answer(at));
    expect(sender.sends).toHaveLength(1);
  });
});

test('stopping ends all that waits as not sent', () => {
  const { runTo, lane: it, account } = lane({ places: 1 });
  runTo(5 * MS, [...sends(3, MS), ...sends(3, MS, { session: 'a' })]);
  it.stop();
  expect(it.waiting).toBe(0);
  expect(account()).toMatchObject({ in: 6, held: 1, balanced: true });
});
