import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NotSentReason, Send } from '../../core/index.ts';
import { LaneBench } from '../support/emitter/lane-bench.ts';
import { plannedSend } from '../support/emitter/planned-send.ts';

const MS = 1_000;
const LANES = 3;
const SESSIONS = ['a', 'b', 'c'] as const;

const lane = fc.nat({ max: LANES - 1 });
const way: fc.Arbitrary<number | NotSentReason | 'hold'> = fc.oneof(
  { weight: 6, arbitrary: lane },
  { weight: 2, arbitrary: fc.constant('hold' as const) },
  { weight: 1, arbitrary: fc.constantFrom('no-target' as const, 'dropped' as const) },
);

/** What happens next, after so many ms. */
const step = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 5, 300, 2_000),
  what: fc.oneof(
    fc.record({ due: fc.constantFrom('', '', ...SESSIONS), count: fc.constantFrom(1, 1, 3, 80) }),
    fc.record({ at: lane, end: fc.nat({ max: 20 }), well: fc.boolean() }),
    fc.record({ at: lane, places: fc.nat({ max: 3 }) }),
    fc.record({ reroute: lane }),
    fc.constant({ release: true }),
    // From now on sends go one of these ways, by turns.
    fc.record({ ways: fc.array(way, { minLength: 1, maxLength: 4 }) }),
  ),
});

for (const untimed of [false, true]) {
  const how = untimed ? 'as fast as possible' : 'at planned times';
  test(`several targets, ${how}: whatever is held, released and rerouted, every due send has one outcome and nothing waits for ever`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(100, 5_000), (steps, maxWaitMs) => {
        let ways: readonly (number | NotSentReason | 'hold')[] = [0, 1, 2];
        let turn = 0;
        const plan: Send[] = [];
        const dues: Send[] = [];
        const bench = new LaneBench({
          places: [1, 1, 1],
          maxWaitMs,
          choose: (_send, isPassed) => {
            const at = ways[turn++ % ways.length] ?? 'hold';
            if (typeof at !== 'number' || !isPassed(at)) return at;
            return [0, 1, 2].find((other) => !isPassed(other)) ?? at;
          },
          untimed: untimed
            ? {
                take: () => {
                  const send = plan.shift();
                  if (send !== undefined) dues.push(send);
                  return send;
                },
                isOver: () => false,
              }
            : undefined,
        });
        const nothingIsTwice = (): void => {
          const underWay = bench.underWay.flatMap((sends) => [...sends]);
          const sessions = underWay.map(({ session }) => session).filter((session) => session !== '');
          expect(new Set(underWay).size).toBe(underWay.length);
          expect(new Set(sessions).size).toBe(sessions.length);
          expect(underWay.some((send) => bench.outcomes.has(send))).toBe(false);
        };
        let index = 0;
        for (const { afterMs, what } of steps) {
          bench.pumpUntil(bench.now + afterMs * MS);
          if ('due' in what) {
            for (let one = 0; one < what.count; one++) {
              const send = plannedSend({ index: index++, dueAt: bench.now, session: what.due });
              if (untimed) {
                plan.push(send);
                bench.wake();
              } else {
                dues.push(send);
                bench.due(send);
              }
            }
          } else if ('places' in what) {
            bench.senders[what.at]?.setPlaces(what.places, bench.now);
          } else if ('reroute' in what) {
            bench.reroute(what.reroute);
          } else if ('release' in what) {
            bench.releaseAll();
          } else if ('ways' in what) {
            ways = what.ways;
          } else {
            const sender = bench.senders[what.at];
            const send = sender?.sends[what.end % sender.sends.length];
            if (send === undefined) continue;
            if (what.well) sender?.answer(bench.now, send);
            else sender?.fail(bench.now, 'reset', send);
          }
          nothingIsTwice();
        }
        // From here on all targets answer, and nothing is held any more.
        ways = [0, 1, 2];
        for (const sender of bench.senders) sender.setPlaces(2, bench.now);
        for (let rounds = 0; rounds < 4_000 && (bench.record.held > 0 || plan.length > 0); rounds++) {
          bench.releaseAll();
          bench.pumpUntil(bench.now + 100 * MS);
          for (const sender of bench.senders) while (sender.sends.length > 0) sender.answer(bench.now);
        }
        expect(bench.record.held).toBe(0);
        expect(plan).toHaveLength(0);
        expect(bench.dispatcher.waiting).toBe(0);
        expect(bench.underWay.every((sends) => sends.size === 0)).toBe(true);
        expect(dues.every((send) => bench.outcomes.get(send)?.length === 1)).toBe(true);
        expect(bench.ledger.report().balanced).toBe(true);
        for (const session of SESSIONS) {
          const ofSession = bench.begun.filter((send) => send.session === session);
          const ordinals = ofSession.map(({ request }) => request.exchange.index);
          expect([...ordinals].sort((one, other) => one - other)).toEqual(ordinals);
        }
      }),
      { numRuns: 300 },
    );
  });
}
