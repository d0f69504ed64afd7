import { expect, test } from 'vitest';
import { renderReplayProgress, renderReplayReport } from '../../../../cli/render/index.ts';
import { describeMix, renderAnswers } from '../../../../cli/render/replay-answers.ts';
import { renderOperations } from '../../../../cli/render/replay-operations.ts';
import { describePlan } from '../../../../cli/render/replay-plan.ts';
import type { ReplayReport } from '../../../../emitter/index.ts';
import { NO_LATENCY, operation, SIMPLE_REPORT, SOME_PROGRESS, TROUBLED_REPORT } from './hand-made-report.ts';

const lines = (report: ReplayReport) => renderReplayReport(report).split('\n');

test('a replay that went well is told in a dozen lines', () => {
  expect(lines(SIMPLE_REPORT)).toEqual([
    'replay to 127.0.0.1:8080 (run r1), 10.0 s',
    '  plan         100/s, evenly; late sends catch up at most 2 times as fast',
    '  sends        1,000 due = 1,000 answered',
    '  rate         asked 100/s, sent 100/s, answered 99.5/s',
    '  bytes        97.7 KiB sent, 1.91 MiB received',
    '  connections  4 opened, at most 3 at once',
    '  generator    24 % of a core, ticks late by 900 µs (p99)',
    '',
    'latency             count     p50     p90     p99    p99.9      max  p99',
    'from intended time  1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    'service time        1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    'schedule lag        1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    '',
    'answers  1,000 × 200, all as recorded',
  ]);
});

test('a replay on which much went wrong says all of it', () => {
  expect(lines(TROUBLED_REPORT).slice(0, 9)).toEqual([
    'replay to shop\\x1b[2J:80 (run </script><script>alert(1)</script>), 10.0 s',
    '  plan         100/s to 2,000/s within 60 s, at random (Poisson); 3.5 times by overlay; in order within each header:x-"user"; sends later than 50.0 ms are dropped; 4 workers',
    '  sends        1,000 due = 900 answered + 50 failed (refused 40, timeout 10) + 50 not sent (incomplete 5, dropped 45)',
    '  rate         asked 1,050/s, sent 700/s, answered 640/s  ← not reached: sends were dropped',
    '  late         120 sends (12 %) more than 10 ms after due',
    '  stopped      12 % of the sends of the last ten seconds failed, 10 % are allowed (failure-share)',
    '  bytes        97.7 KiB sent, 1.91 MiB received; requests in the words of HTTP/2, not verbatim',
    '  connections  300 opened, at most 128 at once, 40 did not open, 12 closed by the target, 1 send retried',
    '  generator    100 % of a core, ticks late by 42.0 ms (p99)  ← saturated, over 1 % of its ticks or sends 20 ms late: these latencies hold its own delays',
  ]);
  expect(lines(TROUBLED_REPORT).slice(15)).toEqual([
    'answer  recorded         answered',
    '200          855   95 %       100   11 %',
    '401            0    0 %       760   84 %',
    '404           45  5.0 %         0    0 %',
    '500            0    0 %        40  4.4 %',
    'recorded 200: 95 %, answered 401: 84 %: expired credentials answer fast and look like success',
    '790 answers changed',
    '  200 → 401  750',
    '  404 → 500   40',
    '',
    'operation                          due  answered  errors  failed  not sent     p50     p99',
    'GET /<img src=x onerror=alert(2)>  300       250      40      40        10  300 µs  900 µs',
    'GET /items/{id}                    600       590       0      10         0  300 µs  900 µs',
    'POST /\\x1b]0;cart                  100        60       0       0        40       -       -',
    '',
    '✓ p(95)<500       measured 312.4',
    '✗ rate<1%         measured 9.5',
    '✗ service:max<3s  nothing to measure',
  ]);
});

test('nothing in a report can steer a terminal', () => {
  expect(renderReplayReport(TROUBLED_REPORT)).not.toContain('\x1b');
});

test('a mirror that sent nothing has no latencies, and its rate is not called missed', () => {
  const report: ReplayReport = {
    ...SIMPLE_REPORT,
    plan: undefined,
    due: 0,
    answered: 0,
    balanced: false,
    rate: {
      ...SIMPLE_REPORT.rate,
      askedPerSecond: undefined,
      sentPerSecond: undefined,
      answeredPerSecond: undefined,
    },
    latency: { fromIntended: NO_LATENCY, service: NO_LATENCY, scheduleLag: NO_LATENCY },
    answers: { answered: {}, recorded: {}, changed: 0, changes: [] },
    operations: [],
  };
  expect(lines(report)).toEqual([
    'mirror to 127.0.0.1:8080 (run r1), 10.0 s',
    '  sends        0 due ≠ 0 answered  ← does not add up',
    '  rate         sent -, answered -',
    '  bytes        97.7 KiB sent, 1.91 MiB received',
    '  connections  4 opened, at most 3 at once',
  ]);
});

test('why a rate was not reached', () => {
  const told = (shortfall: ReplayReport['rate']['shortfall']) =>
    lines({ ...SIMPLE_REPORT, rate: { ...SIMPLE_REPORT.rate, reached: false, shortfall } })[3];
  expect(told('took-longer')).toMatch(/ {2}← not reached: sending took longer than planned$/);
  expect(told('short-seconds')).toMatch(/ {2}← not reached: in some seconds sends went late$/);
  expect(told(undefined)).toMatch(/ {2}← not reached$/);
});

test('a run that was interrupted says so once', () => {
  const stopped = { rule: 'interrupted', text: 'interrupted' } as const;
  expect(lines({ ...SIMPLE_REPORT, stopped })[4]).toBe('  stopped      interrupted');
});

test('plans in words', () => {
  const plan = SIMPLE_REPORT.plan as NonNullable<ReplayReport['plan']>;
  const told = (changes: Partial<typeof plan>) => describePlan({ ...plan, lateness: { kind: 'at-once' }, ...changes });
  expect(told({ timing: { kind: 'max' } })).toBe('as fast as the target answers');
  expect(told({ timing: { kind: 'recorded', speed: 1 } })).toBe('recorded rhythm; late sends go at once');
  expect(told({ timing: { kind: 'recorded', speed: 0.5 }, workers: 2 })).toBe(
    'recorded rhythm, 0.5 times as fast; late sends go at once; 2 workers',
  );
  const hold = { kind: 'hold', perSecond: 2000, durationMs: 300_000 } as const;
  const sine = { kind: 'sine', min: 10, max: 20, periodMs: 1500, durationMs: 7_200_000 } as const;
  const shape = { kind: 'weights', perSecond: 0.25, weights: [1, 3], durationMs: 90_000 } as const;
  expect(told({ timing: { kind: 'profile', phases: [hold, sine, shape, hold, hold, hold] } })).toBe(
    "2,000/s for 5 min, then 10/s to 20/s and back each 1.5 s for 2 h, then the recording's shape at 0.25/s for 90 s, then 2,000/s for 5 min, then 2 more phases, evenly; late sends go at once",
  );
});

test('another mix than recorded is said with what it may mean', () => {
  const mix = (recorded: Record<string, number>, answered: Record<string, number>) =>
    describeMix({ recorded, answered, changed: 1, changes: [] });
  expect(mix({ 200: 95, 404: 5 }, { 200: 15, 401: 80, 404: 5 })).toBe(
    'recorded 200: 95 %, answered 401: 80 %: expired credentials answer fast and look like success',
  );
  expect(mix({ 200: 100 }, { 200: 50, 503: 50 })).toContain('overloaded');
  expect(mix({ 200: 100 }, { 200: 50, 502: 50 })).toContain('the target fails');
  expect(mix({ 200: 100 }, { 302: 100 })).toContain('a login');
  expect(mix({ reply: 10 }, { exception: 10 })).toContain('calls that worked when recorded are refused');
  expect(mix({ 404: 100 }, { 200: 100 })).toContain('another mix');
  expect(mix({ 200: 88, 201: 7, 404: 5 }, { 200: 86, 401: 14 })).toMatch(/^recorded 200: 88 %, answered 401: 14 %: /);
  expect(mix({ 200: 88, 404: 12 }, { 200: 99, 404: 1 })).toMatch(/^recorded 200: 88 %, answered 200: 99 %: /);
  expect(mix({ 200: 1000 }, { 200: 995, 500: 5 })).toBeUndefined();
  expect(mix({ none: 1000 }, { 200: 1000 })).toBeUndefined();
  expect(mix({ none: 1000, 200: 10 }, { 200: 1010 })).toBeUndefined();
});

test('many answers and many changes are cut, and the rest is counted', () => {
  const statuses = Array.from({ length: 14 }, (_, index) => 200 + index);
  const text = renderAnswers({
    recorded: Object.fromEntries(statuses.map((status) => [status, 100 - status + 200])),
    answered: { 500: 1309 },
    changed: 1309,
    changes: statuses.map((status) => ({ recorded: `${status}`, answered: '500', count: 10 })),
  });
  expect(text).toContain('\n5 others ');
  expect(text).toContain('1,309 answers changed\n  200 → 500     10\n');
  expect(text).toMatch(/ {2}others {5}1,229$/);
});

test('operations: ten at most, failing ones first, one that went well is left out', () => {
  const many = Array.from({ length: 13 }, (_, index) => operation(`GET /${index}`, { due: index, answered: index }));
  const table = renderOperations([...many, operation('GET /bad', { due: 1, failed: 1 })]).split('\n');
  expect(table).toHaveLength(12);
  expect(table[1]).toMatch(/^GET \/bad /);
  expect(table[2]).toMatch(/^GET \/12 /);
  expect(table.at(-1)).toBe('and 4 more');
  expect(renderOperations([operation('GET /', { due: 5, answered: 5 })])).toBe('');
  expect(renderOperations([operation('GET /', { due: 5, answered: 5, errors: 5 })])).toMatch(/\nGET \/ /);
  expect(renderOperations([operation('GET /', {}), operation('GET /', { target: 'b:80' })])).toContain('GET / (b:80)');
});

test('a replay while it runs, in one line', () => {
  expect(renderReplayProgress(SOME_PROGRESS)).toBe(
    '3 s  1,200 due, 1,190 answered, 8 in flight, 2 not sent  on 1 connection',
  );
  expect(renderReplayProgress({ ...SOME_PROGRESS, errors: 1, failed: 3, notSent: 0, waiting: 1000 })).toBe(
    '3 s  1,200 due, 1,190 answered, 8 in flight, 1 error, 3 failed, 1,000 waiting  on 1 connection',
  );
});
