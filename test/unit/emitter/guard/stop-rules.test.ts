import { expect, test } from 'vitest';
import { StopRules } from '../../../../emitter/guard/stop-rules.ts';
import type { StopRuleOptions } from '../../../../emitter/options.ts';
import { NO_PROGRESS, type ReplayProgress } from '../../../../emitter/results/report.ts';

type Moment = Partial<Omit<ReplayProgress, 'recent'>> & { readonly p99Ms?: number; readonly tickLagMs?: number };

function at(seconds: number, { p99Ms = 0, tickLagMs = 0, ...rest }: Moment): ReplayProgress {
  const recent = {
    fromIntended: { p50: 0, p99: p99Ms * 1_000 },
    scheduleLag: { p99: 0 },
    tickLag: { p99: tickLagMs * 1_000 },
  };
  return { ...NO_PROGRESS, elapsedMs: seconds * 1_000, ...rest, recent };
}

/** What is said at each of the moments. */
function judged(options: StopRuleOptions, moments: readonly ReplayProgress[]) {
  const rules = new StopRules(options);
  return moments.map((moment) => rules.judge(moment));
}

test('without rules nothing ends a run', () => {
  const worst = at(5, { failed: 1_000, consecutiveFailures: 1_000, p99Ms: 99_999, tickLagMs: 99_999 });
  expect(judged({}, [worst])).toEqual([undefined]);
});

test('the share of failures is judged from 20 sends on', () => {
  const [few, enough] = judged({ failureShare: 0.1 }, [at(1, { failed: 19 }), at(2, { answered: 18, failed: 19 })]);
  expect(few).toBeUndefined();
  expect(enough).toEqual({
    rule: 'failure-share',
    text: '19 of the 37 sends of the last 2 s failed, 51.4 %; the limit is 10 %',
  });
});

test('a run that ends in its first second says how long that was', () => {
  const [cause] = judged({ failureShare: 0.1 }, [at(0.32, { failed: 36 })]);
  expect(cause?.text).toContain('36 of the 36 sends of the last 0.3 s failed');
});

test('a share beyond its limit ends the run, one at it does not, and none failed is never too many', () => {
  expect(judged({ failureShare: 0.1 }, [at(1, { answered: 90, failed: 10 })])).toEqual([undefined]);
  expect(judged({ failureShare: 0.1 }, [at(1, { answered: 89, failed: 11 })])[0]?.rule).toBe('failure-share');
  expect(judged({ failureShare: 0 }, [at(1, { answered: 90 })])).toEqual([undefined]);
});

test('failures of more than ten seconds ago are forgotten', () => {
  const calm = Array.from({ length: 150 }, (_, tenth) =>
    at(2 + tenth / 10, { answered: 1_000 + tenth * 100, failed: 90 }),
  );
  const causes = judged({ failureShare: 0.05 }, [
    at(1, { answered: 1_000, failed: 0 }),
    at(1.5, { answered: 1_000, failed: 90 }),
    ...calm,
  ]);
  expect(causes[1]?.rule).toBe('failure-share');
  expect(causes.at(-1)).toBeUndefined();
});

test('failures in a long calm run are seen against its last ten seconds alone', () => {
  const calm = Array.from({ length: 600 }, (_, tenth) => at(tenth / 10, { answered: tenth * 100 }));
  const broken = at(65, { answered: 59_900, failed: 500 });
  expect(judged({ failureShare: 0.1 }, [...calm, broken]).at(-1)).toBeUndefined();
  expect(judged({ failureShare: 0.05 }, [...calm, broken]).at(-1)?.text).toContain(
    '500 of the 5400 sends of the last 10 s failed, 9.3 %',
  );
});

test('failures in a row end the run when they are more than allowed', () => {
  const causes = judged({ consecutiveFailures: 3 }, [
    at(1, { consecutiveFailures: 3 }),
    at(2, { consecutiveFailures: 4 }),
  ]);
  expect(causes).toEqual([
    undefined,
    { rule: 'consecutive-failures', text: '4 sends in a row failed; the limit is 3' },
  ]);
});

test('latency is judged from 20 answers on', () => {
  const causes = judged({ latencyMs: 500 }, [
    at(1, { answered: 19, p99Ms: 900 }),
    at(2, { answered: 40, p99Ms: 500 }),
    at(3, { answered: 60, p99Ms: 512.34 }),
  ]);
  expect(causes.map((cause) => cause?.text)).toEqual([
    undefined,
    undefined,
    'p99 of the latency from intended time was 512.3 ms in the last 3 s; the limit is 500 ms',
  ]);
});

test("the emitter's own overload is named as such", () => {
  expect(judged({ loopLagMs: 50 }, [at(3, { tickLagMs: 80 })])).toEqual([
    {
      rule: 'loop-lag',
      text: "the emitter is overloaded: p99 of its event loop's delay was 80 ms in the last 3 s; the limit is 50 ms",
    },
  ]);
});
