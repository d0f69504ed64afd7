import { expect, test } from 'vitest';
import { verdictOf } from '../../../../cli/replay/verdict.ts';
import type { ReplayReport } from '../../../../emitter/index.ts';

const GOOD_RATE = { askedPerSecond: 10, sentPerSecond: 10, answeredPerSecond: 10, reached: true, shortfall: undefined };

/** A run in which all went well, changed where a test says so. */
function report(changes: Partial<ReplayReport> = {}): ReplayReport {
  return {
    target: '127.0.0.1:8080',
    due: 10,
    answered: 10,
    failed: {},
    notSent: {},
    rate: GOOD_RATE,
    generator: { saturated: false },
    thresholds: [{ text: 'p(95)<500', value: 12, passed: true }],
    stopped: undefined,
    ...changes,
  } as ReplayReport;
}

const SATURATED = { generator: { saturated: true } } as Partial<ReplayReport>;
const NOT_REACHED: Partial<ReplayReport> = { rate: { ...GOOD_RATE, reached: false, shortfall: 'took-longer' } };
const FAILED_THRESHOLD: Partial<ReplayReport> = { thresholds: [{ text: 'p(95)<1', value: 12, passed: false }] };
const STOPPED: Partial<ReplayReport> = { stopped: { rule: 'failure-share', text: '52 % failed, 10 % are allowed' } };

function code(changes: Partial<ReplayReport>, interrupted = false): number {
  return verdictOf(report(changes), { interrupted, heldUpMs: 0 }).exitCode;
}

const USUAL = { interrupted: false, heldUpMs: 0 };

test('a run in which all went well says nothing', () => {
  expect(verdictOf(report(), USUAL)).toEqual({ exitCode: 0, text: '' });
});

test('each way to end has its code and says what to do', () => {
  const verdict = (changes: Partial<ReplayReport>) => verdictOf(report(changes), USUAL);
  expect(verdict(SATURATED)).toMatchObject({ exitCode: 4, text: expect.stringContaining('--workers') });
  expect(verdict(NOT_REACHED)).toMatchObject({ exitCode: 4, text: expect.stringContaining('--connections') });
  expect(verdict({ rate: { ...GOOD_RATE, reached: false, shortfall: 'dropped' } })).toMatchObject({
    exitCode: 4,
    text: expect.stringContaining('--max-wait'),
  });
  expect(verdict(FAILED_THRESHOLD)).toMatchObject({ exitCode: 3, text: expect.stringContaining('p(95)<1') });
  expect(verdict(STOPPED)).toMatchObject({ exitCode: 3, text: expect.stringContaining('52 % failed') });
  expect(verdict({ answered: 0, failed: { refused: 10 } })).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('127.0.0.1:8080 (10 refused)'),
  });
  expect(verdict({ answered: 0, notSent: { stopped: 10 } })).toMatchObject({
    exitCode: 1,
    text: expect.stringContaining('nothing was sent'),
  });
});

test('a target that never got as far as an answer is asked for what went wrong there', () => {
  const text = (failed: ReplayReport['failed']) => verdictOf(report({ answered: 0, failed }), USUAL).text;
  expect(text({ refused: 10 })).toContain('is it running');
  expect(text({ tls: 10 })).toContain('--ca');
  expect(text({ 'protocol-error': 10 })).toContain('protocol that is asked for');
  expect(text({ tls: 5, refused: 5 })).toContain('is it running');
});

test('the overload of the emitter itself is no fault of the target: a lag rule exits with 4', () => {
  expect(code({ stopped: { rule: 'loop-lag', text: 'p99 300 ms' } })).toBe(4);
});

test('an emitter that its own results held up says so', () => {
  const slow = { interrupted: false, heldUpMs: 1_900 };
  const { text } = verdictOf(report({ ...SATURATED, durationMs: 3_000 }), slow);
  expect(text).toContain('--results held it up for 1.9 s');
  expect(verdictOf(report({ ...SATURATED, durationMs: 60_000 }), slow).text).toContain('--workers');
});

test('interrupted before unanswered before untrusted before unkept', () => {
  const all = { ...SATURATED, ...NOT_REACHED, ...FAILED_THRESHOLD, ...STOPPED };
  expect(code(all)).toBe(4);
  expect(code({ ...all, answered: 0, failed: { timeout: 10 } })).toBe(1);
  expect(code({ ...all, answered: 0, failed: { timeout: 10 } }, true)).toBe(130);
  expect(code({ stopped: { rule: 'interrupted', text: '' } })).toBe(130);
});

test('a run in which nothing was due is no failure', () => {
  expect(code({ due: 0, answered: 0, thresholds: [] })).toBe(0);
});

test('texts from the command line cannot steer the terminal', () => {
  const { text } = verdictOf(report({ thresholds: [{ text: '\x1b[2J', value: 1, passed: false }] }), USUAL);
  expect(text).not.toContain('\x1b');
});
