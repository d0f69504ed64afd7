import { expect, test } from 'vitest';
import { parseStopRule, stopRulesOf } from '../../../../cli/options/stop-rules.ts';

const USAGE = expect.objectContaining({ code: 'USAGE', exitCode: 2, hint: expect.stringContaining('failed>10%') });

test('each rule has its unit', () => {
  expect(stopRulesOf(['failed>10%', 'consecutive>40', 'latency>5s', 'lag>200ms', 'health=/healthz?full=1'])).toEqual({
    failureShare: 0.1,
    consecutiveFailures: 40,
    latencyMs: 5_000,
    loopLagMs: 200,
    health: '/healthz?full=1',
  });
  expect(stopRulesOf(['health=tcp', ' failed > 0.5% '])).toEqual({ health: 'tcp', failureShare: 0.005 });
  expect(stopRulesOf([])).toEqual({});
});

test('what is no rule is refused with the rules there are', () => {
  for (const text of [
    '',
    'failed',
    'failed<10%',
    'failed>',
    'errors>1%',
    'failed>101%',
    'latency>5',
    'lag>0ms',
    'consecutive>1.5',
  ]) {
    expect(() => parseStopRule(text), text).toThrow(USAGE);
  }
  for (const text of ['health=healthz', 'health=/a b', 'health=http://other/']) {
    expect(() => parseStopRule(text), text).toThrow(/health check/);
  }
});

test('two rules of one kind are refused', () => {
  expect(() => stopRulesOf(['failed>10%', 'failed>20%'])).toThrow(/second of its kind|second rule/);
});
