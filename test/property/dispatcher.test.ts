import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger, type Send } from '../../core/index.ts';

import type { LatenessOptions } from '../../emitter/options.ts';
import { RunRecord } from '../../emitter/results/run-record.ts';
import { HeldSender } from '../support/emitter/held-sender.ts';
import { OneLane } from '../support/emitter/one-lane.ts';
import { plannedSend } from '../support/emitter/planned-send.ts';

const MS = 1_000;

/** What happens next, after so many ms: a send comes due, the sender ends one it holds, or its places change. */
const step = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 5, 20, 300),
  what: fc.oneof(
    fc.record({ due: fc.constantFrom('', 'a', 'b', 'c'), thinkMs: fc.constantFrom(0, 0, 10, 2_000) }),
    fc.record({ end: fc.nat({ max: 20 }), well: fc.boolean() }),
    fc.record({ places: fc.nat({ max: 4 }) }),
  ),
});

const lateness: fc.Arbitrary<LatenessOptions> = fc.constantFrom(
  { kind: 'at-once' },
  { kind: 'catch-up', factor: 2 },
  { kind: 'drop', afterMs: 50 },
);

test('whatever sender and target do, every due send has one outcome, sessions keep their order, and nothing waits for ever', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), lateness, fc.constantFrom(100, 5_000), (steps, late, maxWaitMs) => {
      let now = 0;
      /** When the lane asked to be pumped, and whether it was woken. */
      let pumpAt: number | undefined;
      let woken = false;
      const outcomes = new Map<Send, number>();
      const ledger = new Ledger();
      const record = new RunRecord({ target: 't', runId: 'r', plan: undefined, ledger, onResult: undefined });
      record.start(0, 0);
      const told = (send: Send): void => {
        outcomes.set(send, (outcomes.get(send) ?? 0) + 1);
      };
      const watched = Object.create(record, {
        held: { get: () => record.held },
        due: { value: (send: Send) => record.due(send) },
        answered: {
          value: (send: Send) => {
            told(send);
            record.answered(send);
          },
        },
        failed: {
          value: (send: Send, reason: 'reset') => {
            told(send);
            record.failed(send, reason);
          },
        },
        notSent: {
          value: (send: Send, reason: 'dropped') => {
            told(send);
            record.notSent(send, reason);
          },
        },
      }) as RunRecord;
      const lane = new OneLane(
        { lateness: late, maxWaitMs },
        {
          clock: { now: () => now, monotonic: () => now },
          record: watched,
          wake: () => {
            woken = true;
          },
          untimed: undefined,
        },
      );
      const sender = new HeldSender(1, lane.handler);
      lane.open(sender);
      const dues: Send[] = [];
      const pumpUntil = (until: number): void => {
        for (let rounds = 0; rounds < 10_000; rounds++) {
          const at = woken ? now : pumpAt;
          if (at === undefined || at > until) break;
          woken = false;
          // A pump that asks for itself again and again would never let time pass.
          now = Math.max(now, at);
          pumpAt = lane.pump(now);
          if (pumpAt !== undefined && pumpAt <= now) pumpAt = now + 1;
        }
        now = until;
      };
      for (const { afterMs, what } of steps) {
        pumpUntil(now + afterMs * MS);
        if ('due' in what) {
          const send = plannedSend({
            index: dues.length,
            dueAt: now,
            session: what.due,
            thinkMicros: what.thinkMs * MS,
          });
          dues.push(send);
          lane.due(send, now);
          woken = true;
        } else if ('places' in what) {
          sender.setPlaces(what.places, now);
        } else if (sender.sends.length > 0) {
          const send = sender.sends[what.end % sender.sends.length] as Send;
          if (what.well) sender.answer(now, send);
          else sender.fail(now, 'reset', send);
        }
      }
      // From here on the target answers everything at once, as far as the lane lets it go.
      sender.setPlaces(2, now);
      for (let rounds = 0; rounds < 2_000 && record.held > 0; rounds++) {
        pumpUntil(now + 100 * MS);
        while (sender.sends.length > 0) sender.answer(now);
      }
      expect(record.held).toBe(0);
      expect(lane.waiting).toBe(0);
      expect(dues.every((send) => outcomes.get(send) === 1)).toBe(true);
      expect(ledger.report().balanced).toBe(true);
      for (const session of ['a', 'b', 'c']) {
        const order = sender.taken.filter(({ send }) => send.session === session);
        expect(order.map(({ send }) => send.request.exchange.index)).toEqual(
          dues
            .filter((send) => send.session === session && send.attempts > 0)
            .map(({ request }) => request.exchange.index),
        );
        for (const [place, { at }] of order.entries()) {
          const before = order[place - 1]?.send;
          if (before !== undefined) expect(at).toBeGreaterThanOrEqual(before.lastByteAt);
        }
      }
    }),
    { numRuns: 500 },
  );
});
