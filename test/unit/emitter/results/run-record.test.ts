import { expect, test } from 'vitest';
import { Ledger, type ReplayResult } from '../../../../core/index.ts';
import { RunRecord } from '../../../../emitter/results/run-record.ts';
import { plannedSend } from '../../../support/emitter/planned-send.ts';
import {
  exchangeOf,
  PLAN,
  RUN_START,
  RUN_WALL,
  runRecord,
  SENDER_AT_REST,
  tell,
} from '../../../support/emitter/run-events.ts';

const SECOND = 1_000_000;
const OK = { answer: '200' } as const;

function reportAfter(seconds: number, record: ReturnType<typeof runRecord>['record']) {
  return record.report(RUN_START + seconds * SECOND, SENDER_AT_REST);
}

test('latency counts from the intended time, service from the send, and lag is their difference', () => {
  const { record } = runRecord();
  tell(record, { dueAt: 0, lagMicros: 400_000, serviceMicros: 300, outcome: OK });
  const { latency, late } = reportAfter(1, record);
  expect(latency.fromIntended.max).toBe(400_300);
  expect(latency.service.max).toBe(300);
  expect(latency.scheduleLag.max).toBe(400_000);
  expect(late).toBe(1);
});

test('what its session held a send back is no lag, but it is latency from the intended time', () => {
  const { record } = runRecord();
  tell(record, { dueAt: 0, heldMicros: 2 * SECOND, lagMicros: 10_000, serviceMicros: 300, outcome: OK });
  const { latency, late } = reportAfter(3, record);
  expect(latency.fromIntended.max).toBe(2_010_300);
  expect(latency.scheduleLag.max).toBe(10_000);
  expect(late).toBe(0);
});

test('the sum adds up at every step, and the report says what became of each', () => {
  const results: ReplayResult[] = [];
  const { record, ledger } = runRecord({ onResult: (result) => results.push(result) });
  const steps = [
    () => tell(record, { dueAt: 0, lagMicros: 1, serviceMicros: 499, outcome: OK }),
    () => tell(record, { dueAt: SECOND, lagMicros: 1, outcome: { failed: 'reset' } }),
    () => tell(record, { dueAt: SECOND, outcome: { failed: 'refused', attempts: 0 } }),
    () => tell(record, { dueAt: 2 * SECOND, outcome: { notSent: 'dropped' } }),
    () => record.refuse(exchangeOf('POST /orders'), 2, 'incomplete'),
    () => tell(record, { dueAt: 4 * SECOND, outcome: { notSent: 'stopped' } }),
    () => tell(record, { dueAt: 3 * SECOND, outcome: 'held' }),
  ];
  for (const step of steps) {
    step();
    expect(ledger.report().balanced).toBe(true);
    expect(reportAfter(0, record).balanced).toBe(true);
  }
  expect(record.held).toBe(1);
  expect(reportAfter(3, record)).toMatchObject({
    target: 't:1',
    runId: 'r',
    startedAt: RUN_WALL,
    durationMs: 3_000,
    due: 8,
    answered: 1,
    failed: { reset: 1, refused: 1 },
    notSent: { dropped: 1, incomplete: 2, stopped: 1 },
    requestBytes: 200,
    responseBytes: 50,
    rate: { askedPerSecond: 5 / 4, sentPerSecond: 1, reached: false, shortfall: 'dropped' },
    answers: { answered: { 200: 1 }, recorded: { 200: 1 }, changed: 0, changes: [] },
    connections: { open: 1, peak: 2, opened: 3, closedByPeer: 1 },
    stopped: undefined,
    verbatim: true,
  });
  expect(results.map(({ outcome }) => outcome)).toEqual([
    'answered',
    'failed:reset',
    'failed:refused',
    'not-sent:dropped',
    'not-sent:incomplete',
    'not-sent:incomplete',
    'not-sent:stopped',
  ]);
});

test('a result tells its times since the epoch, and 0 where it did not come to that', () => {
  const results: ReplayResult[] = [];
  const { record } = runRecord({ onResult: (result) => results.push(result) });
  tell(record, { dueAt: 100, lagMicros: 20, serviceMicros: 8, outcome: OK });
  tell(record, { dueAt: 200, outcome: { notSent: 'dropped' } });
  record.refuse(exchangeOf('POST /orders'), 1, 'write-not-allowed');
  expect(results[0]).toEqual({
    exchange: { at: 0, flow: 'flow', offset: 0, index: 0 },
    copy: 0,
    target: 't:1',
    operation: 'GET /items',
    outcome: 'answered',
    attempts: 1,
    answer: '200',
    status: 200,
    dueAt: RUN_WALL + 100,
    sentAt: RUN_WALL + 120,
    firstByteAt: RUN_WALL + 124,
    lastByteAt: RUN_WALL + 128,
    responseByteCount: 50,
  });
  expect(results[1]).toMatchObject({ dueAt: RUN_WALL + 200, sentAt: 0, lastByteAt: 0, answer: '', attempts: 0 });
  expect(results[2]).toMatchObject({ operation: 'POST /orders', dueAt: 0, copy: 0 });
});

test('bytes of an answer that were kept are in its result', () => {
  const results: ReplayResult[] = [];
  const { record } = runRecord({ onResult: (result) => results.push(result) });
  const send = plannedSend({ dueAt: RUN_START });
  record.due(send);
  record.answered(Object.assign(send, { answer: '200', response: Uint8Array.of(7), sentAt: RUN_START, attempts: 1 }));
  expect(results[0]?.response).toEqual(Uint8Array.of(7));
});

test('an error is an answer that says so and was not recorded so', () => {
  const { record } = runRecord();
  const answers = [
    ['200', '404'],
    ['404', '404'],
    ['200', '301'],
    ['', '500'],
    ['reply', 'exception'],
    ['exception', 'exception'],
    ['503', '500'],
  ] as const;
  for (const [recorded, answer] of answers) tell(record, { dueAt: 0, recorded, outcome: { answer } });
  const { operations, timeline, answers: told } = reportAfter(1, record);
  expect(operations[0]?.errors).toBe(4);
  expect(timeline.errors).toEqual([4]);
  expect(told.changed).toBe(4);
});

test('operations are told apart, most due first, and paths with ids are one', () => {
  const { record } = runRecord();
  for (const id of [1, 2, 3])
    tell(record, { dueAt: 0, operation: `GET /items/${id}`, serviceMicros: id * 10, outcome: OK });
  tell(record, { dueAt: 0, operation: 'getUser', lagMicros: 5, outcome: { failed: 'timeout' } });
  record.refuse(exchangeOf('POST /items/9'), 4, 'write-not-allowed');
  const { operations } = reportAfter(1, record);
  expect(
    operations.map(({ operation, target, due, answered, failed, notSent }) => [
      operation,
      target,
      due,
      answered,
      failed,
      notSent,
    ]),
  ).toEqual([
    ['POST /items/{id}', 't:1', 4, 0, 0, 4],
    ['GET /items/{id}', 't:1', 3, 3, 0, 0],
    ['getUser', 't:1', 1, 0, 1, 0],
  ]);
  expect(operations[1]?.service).toMatchObject({ count: 3, p50: 20, max: 30 });
});

test('a hundred operations are told apart, and all others together', () => {
  const { record } = runRecord();
  for (let index = 0; index < 20_000; index++) tell(record, { dueAt: 0, operation: `GET /page-${index}`, outcome: OK });
  const { operations } = reportAfter(1, record);
  expect(operations).toHaveLength(101);
  expect(operations[0]).toMatchObject({ operation: 'others', due: 19_900, answered: 19_900 });
});

test('answers count where they ended, sends and failures where they went, what never went where it was due', () => {
  const { record } = runRecord();
  tell(record, { dueAt: 0, lagMicros: 1.5 * SECOND, serviceMicros: 2 * SECOND, outcome: OK });
  tell(record, { dueAt: 0, lagMicros: 2.5 * SECOND, outcome: { failed: 'timeout' } });
  tell(record, { dueAt: SECOND, outcome: { failed: 'refused', attempts: 0 } });
  tell(record, { dueAt: 3 * SECOND, outcome: { notSent: 'dropped' } });
  record.refuse(exchangeOf('GET /'), 1, 'incomplete');
  expect(reportAfter(4, record).timeline).toMatchObject({
    due: [2, 1, 0, 1],
    sent: [0, 1, 1, 0],
    answered: [0, 0, 0, 1],
    failed: [0, 1, 1, 0],
    notSent: [0, 0, 0, 1],
    service: { max: [0, 0, 0, 2 * SECOND] },
  });
});

test('a target that refuses does not make the rate unreached', () => {
  const { record } = runRecord();
  for (const second of [0, 1, 2]) tell(record, { dueAt: second * SECOND, outcome: { failed: 'refused', attempts: 0 } });
  expect(reportAfter(3, record).rate).toMatchObject({ askedPerSecond: 1, sentPerSecond: undefined, reached: true });
});

test('seconds whose sends went more than a second late fall short', () => {
  const { record } = runRecord();
  for (let second = 0; second < 30; second++) {
    const lagMicros = second === 4 || second === 5 ? 1.1 * SECOND : 0;
    tell(record, { dueAt: second * SECOND, lagMicros, outcome: OK });
  }
  expect(reportAfter(30, record).rate).toMatchObject({ reached: false, shortfall: 'short-seconds' });
});

test('a generator is saturated when over 1 % of the sends, and over fifty, were 20 ms late when their tick came', () => {
  const share = (lateSends: number, plan = PLAN) => {
    const { record } = runRecord({ plan });
    for (let tick = 0; tick < 2_000; tick++) record.tick(3, RUN_START);
    record.tick(40_000, RUN_START + 40_000);
    // Of those that one late tick finds, the ones that were due last are hardly late.
    for (let index = 0; index < 3_000; index++)
      tell(record, { dueAt: index < lateSends ? 19_999 : 20_000, outcome: OK });
    record.tick(3, RUN_START + 60_000);
    for (let index = 0; index < 3_000; index++) tell(record, { dueAt: 60_000, outcome: OK });
    return reportAfter(1, record).generator;
  };
  expect(share(60).saturated).toBe(false);
  expect(share(61).saturated).toBe(true);
  expect(share(61).tickLag).toMatchObject({ count: 2_002, p50: 3, p99: 3, max: 40_000 });
  expect(share(3_000, { ...PLAN, timing: { kind: 'max' } }).saturated).toBe(false);
});

test('a mirror is not saturated by requests that reach it late', () => {
  const { record } = runRecord({ mirror: true });
  record.tick(3, RUN_START + 100_000);
  for (let index = 0; index < 500; index++) tell(record, { dueAt: 0, outcome: OK });
  expect(reportAfter(1, record).generator.saturated).toBe(false);
});

test('a generator whose ticks come late is saturated, however few sends there are', () => {
  const { record } = runRecord();
  for (let tick = 0; tick < 5_000; tick++) record.tick(tick < 60 ? 25_000 : 3, RUN_START);
  expect(reportAfter(1, record).generator.saturated).toBe(true);
});

test('one hiccup under a handful of sends is no saturated generator', () => {
  const { record } = runRecord();
  record.tick(44_000, RUN_START + 44_000);
  tell(record, { dueAt: 0, outcome: OK });
  record.tick(3, RUN_START + 100_000);
  for (const dueAt of [99_000, 100_000]) tell(record, { dueAt, outcome: OK });
  expect(reportAfter(1, record).generator.saturated).toBe(false);
});

test('progress says where the run stands, and how the last ten seconds were', () => {
  const { record } = runRecord();
  const at = (seconds: number) =>
    record.progress(RUN_START + seconds * SECOND, { ...SENDER_AT_REST, inFlight: 3 }, 5, 77);
  tell(record, { dueAt: 0, lagMicros: 50, serviceMicros: 50, outcome: { answer: '500' } });
  tell(record, { dueAt: 0, outcome: { failed: 'reset' } });
  tell(record, { dueAt: 0, outcome: { failed: 'refused', attempts: 0 } });
  tell(record, { dueAt: 0, outcome: { notSent: 'dropped' } });
  record.tick(9, RUN_START);
  expect(at(2)).toEqual({
    elapsedMs: 2_000,
    due: 4,
    sent: 2,
    answered: 1,
    failed: 2,
    notSent: 1,
    refused: 0,
    errors: 1,
    inFlight: 3,
    waiting: 5,
    connections: 1,
    consecutiveFailures: 2,
    recent: { fromIntended: { p50: 100, p99: 100 }, scheduleLag: { p99: 50 }, tickLag: { p99: 9 } },
    plannedUntil: 77,
  });
  tell(record, { dueAt: 0, outcome: OK });
  expect(at(3).consecutiveFailures).toBe(0);
  expect(at(30).recent).toEqual({ fromIntended: { p50: 0, p99: 0 }, scheduleLag: { p99: 0 }, tickLag: { p99: 0 } });
});

test('a report survives JSON', () => {
  const { record } = runRecord();
  expect(JSON.parse(JSON.stringify(reportAfter(1, record)))).toMatchObject({
    due: 0,
    balanced: true,
    latency: { service: { count: 0, max: 0 } },
    rate: { reached: true },
  });
});

test('progress that is asked for before the run has begun is no interval of it', () => {
  const ledger = new Ledger();
  const record = new RunRecord({ target: 't:1', runId: 'r', plan: undefined, ledger, onResult: undefined });
  record.progress(RUN_START, SENDER_AT_REST, 0, 0);
  record.start(RUN_START, RUN_WALL);
  expect(record.report(RUN_START, SENDER_AT_REST).timeline.connections).toEqual([]);
});
