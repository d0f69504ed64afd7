import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeSnapshots } from '../../emitter/results/merge-snapshots.ts';
import { RUN_START, type RunEvent, runRecord, SENDER_AT_REST, tell } from '../support/emitter/run-events.ts';

const END = RUN_START + 10_000_000_000;
const micros = fc.integer({ min: 0, max: 20_000_000 });

const events: fc.Arbitrary<RunEvent> = fc.record({
  dueAt: fc.integer({ min: 0, max: 9_000_000_000 }),
  operation: fc.constantFrom('GET /', 'GET /items/1', 'GET /items/2', 'getUser', 'POST /orders'),
  recorded: fc.constantFrom('', '200', '404', 'reply'),
  heldMicros: fc.constantFrom(0, 0, 500_000),
  lagMicros: micros,
  serviceMicros: micros,
  outcome: fc.oneof(
    fc.record({ answer: fc.constantFrom('200', '404', '500', 'reply', 'exception') }),
    fc.record({ failed: fc.constantFrom('reset', 'timeout', 'refused'), attempts: fc.constantFrom(0, 1) }),
    fc.record({ notSent: fc.constantFrom('dropped', 'stopped') }),
    fc.constant('held' as const),
  ),
});

test('however a run’s sends are split among workers, and in whatever order these are merged, the report is the same', () => {
  const split = fc.array(fc.tuple(events, fc.nat({ max: 3 })), { maxLength: 60 });
  fc.assert(
    fc.property(split, (sends) => {
      const whole = runRecord().record;
      const workers = Array.from({ length: 4 }, () => runRecord().record);
      for (const [event, worker] of sends) {
        for (const record of [whole, workers[worker]]) if (record !== undefined) tell(record, event);
      }
      const expected = mergeSnapshots([whole.snapshot(END, SENDER_AT_REST)]).report;
      const snapshots = workers.map((worker) => worker.snapshot(END, SENDER_AT_REST)).reverse();
      const merged = mergeSnapshots(snapshots).report;
      expect(withoutOwn(merged)).toEqual(withoutOwn(expected));
      expect(merged.balanced).toBe(true);
    }),
  );
});

/** Less what is each worker's own: connections and CPU. */
function withoutOwn<Report extends { connections: unknown; generator: unknown }>(report: Report) {
  const { connections: _connections, generator: _generator, ...rest } = report;
  return rest;
}
