import { expect, test } from 'vitest';
import { Ledger, type ReplayResult } from '../../../../core/index.ts';
import { newSend } from '../../../../emitter/plan/send.ts';
import { RunRecord } from '../../../../emitter/results/run-record.ts';

const IDLE = {
  open: 1,
  peak: 1,
  opened: 1,
  failedToOpen: 0,
  closedByPeer: 0,
  closedIdle: 0,
  retried: 0,
  inFlight: 0,
  waiting: 0,
};
const EXCHANGE = { at: 5, flow: 'f', offset: 0, index: 0 };

function send(dueAt: number) {
  return newSend(
    { exchange: EXCHANGE, verb: 'GET', parts: [], byteCount: 100, repeatable: true, recordedStatus: 200 },
    0,
    dueAt,
  );
}

function sent(dueAt: number, sentAt: number, lastByteAt = 0, status = 0) {
  return Object.assign(send(dueAt), { sentAt, lastByteAt, status, attempts: 1, responseByteCount: 50 });
}

function recordOf(onResult?: (result: ReplayResult) => void) {
  const ledger = new Ledger();
  const timing = { kind: 'rate', perSecond: 1 } as const;
  const record = new RunRecord({ target: 't:1', runId: 'r', timing, ledger, onResult });
  record.start(1_000_000, 7);
  return { record, ledger };
}

test('latency counts from the intended time, service from the send, and lag is their difference', () => {
  const { record } = recordOf();
  const late = sent(1_000_000, 1_400_000, 1_400_300, 200);
  record.due(late);
  record.answered(late);
  const { latency } = record.report(2_000_000, IDLE);
  expect(latency.fromIntended.max).toBeCloseTo(400_300, -3);
  expect(latency.service.max).toBe(300);
  expect(latency.scheduleLag.max).toBeCloseTo(400_000, -3);
});

test('the sum adds up at every step, and the report says what became of each', () => {
  const results: ReplayResult[] = [];
  const { record, ledger } = recordOf((result) => results.push(result));
  const all = [sent(1_000_000, 1_000_001, 1_000_500, 200), sent(2_000_000, 2_000_001), send(3_000_000)] as const;
  const steps = [
    () => {
      for (const one of all) record.due(one);
    },
    () => record.answered(all[0]),
    () => record.failed(all[1], 'reset'),
    () => record.notSent(all[2], 'dropped'),
    () => record.refuse(EXCHANGE, 2, 'incomplete'),
    () => record.stopped(send(4_000_000)),
  ];
  for (const step of steps) {
    step();
    expect(ledger.report().balanced).toBe(true);
    expect(record.report(0, IDLE).balanced).toBe(true);
  }
  expect(record.held).toBe(0);
  expect(record.report(3_000_000, IDLE)).toMatchObject({
    due: 6,
    answered: 1,
    failed: { reset: 1 },
    notSent: { dropped: 1, incomplete: 2, stopped: 1 },
    requestBytes: 200,
    responseBytes: 50,
    durationMs: 2_000,
    rate: { askedPerSecond: 1, sentPerSecond: 1, reached: false },
    statuses: { answered: { 200: 1 }, recorded: { 200: 1 }, changed: 0 },
  });
  expect(results.map((result) => result.outcome)).toEqual([
    'answered',
    'failed:reset',
    'not-sent:dropped',
    'not-sent:incomplete',
    'not-sent:incomplete',
    'not-sent:stopped',
  ]);
});

test('a report survives JSON', () => {
  const { record } = recordOf();
  const report = record.report(2_000_000, IDLE);
  expect(JSON.parse(JSON.stringify(report))).toMatchObject({
    due: 0,
    balanced: true,
    latency: { service: { count: 0, max: 0 } },
  });
});
