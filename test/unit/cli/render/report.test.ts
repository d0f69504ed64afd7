import { expect, test } from 'vitest';
import {
  renderBars,
  renderChecks,
  renderLatencyTable,
  renderLedger,
  renderReplayProgress,
  renderReplayReport,
} from '../../../../cli/render/index.ts';
import { Ledger } from '../../../../core/index.ts';
import type { ReplayReport } from '../../../../emitter/index.ts';

test('a ledger that adds up', () => {
  const ledger = new Ledger();
  const packets = ledger.account('packets', 'decoded');
  packets.in = 1200;
  packets.out = 1149;
  packets.held = 1;
  packets.setAside('ignored', 'truncated', 2);
  packets.setAside('ignored', 'not-tcp', 48);
  ledger.account('messages', 'paired');
  ledger.setFact('kernel-dropped', 0);
  expect(renderLedger(ledger.report()).split('\n')).toEqual([
    'ledger: every account adds up',
    '  packets         1,200 = 1,149 decoded + 50 ignored (not-tcp 48, truncated 2) + 1 still held',
    '  messages        0 = 0 paired',
    'facts',
    '  kernel-dropped  0',
  ]);
});

test('a ledger that does not add up says so, and where', () => {
  const ledger = new Ledger();
  ledger.account('packets', 'decoded').in = 3;
  ledger.account('flows\x1b', 'closed');
  expect(renderLedger(ledger.report()).split('\n')).toEqual([
    'ledger: DOES NOT ADD UP',
    '  packets    3 ≠ 0 decoded  ← wrong',
    '  flows\\x1b  0 = 0 closed',
  ]);
});

const NONE = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 };
const SOME = { count: 1000, p50: 300, p90: 500, p99: 900, p999: 1500, max: 2500, mean: 320 };

test('latencies side by side', () => {
  const rows = [
    { name: 'from intended time', ...SOME, p99: 1800 },
    { name: 'service time', ...SOME },
    { name: 'none', ...NONE },
  ];
  expect(renderLatencyTable(rows).split('\n')).toEqual([
    'latency             count     p50     p90      p99    p99.9      max  p99',
    'from intended time  1,000  300 µs  500 µs  1.80 ms  1.50 ms  2.50 ms  ████████████████████',
    'service time        1,000  300 µs  500 µs   900 µs  1.50 ms  2.50 ms  ██████████',
    'none                    0       -       -        -        -        -',
  ]);
});

test('bars', () => {
  const rows = [
    { label: '200', value: 90, text: '90' },
    { label: '404', value: 1, text: '1' },
    { label: 'none', value: 0, text: '0' },
  ];
  expect(renderBars(rows, 10)).toBe('200   90  ██████████\n404    1  ▏\nnone   0');
});

const REPORT: ReplayReport = {
  target: '127.0.0.1:8080',
  runId: 'r1',
  timing: { kind: 'rate', perSecond: 100 },
  startedAt: 0,
  durationMs: 10_020,
  due: 1000,
  answered: 990,
  failed: { refused: 4, timeout: 1 },
  notSent: { incomplete: 5 },
  balanced: true,
  rate: {
    askedPerSecond: 100,
    sentPerSecond: 99.96,
    answeredPerSecond: 99,
    reached: true,
    history: { intervalMs: 1000, due: [], sent: [], answered: [] },
  },
  latency: { fromIntended: SOME, service: SOME, scheduleLag: SOME },
  statuses: { answered: { 200: 980, 500: 10 }, recorded: { 200: 990 }, changed: 10 },
  requestBytes: 100_000,
  responseBytes: 2_000_000,
  connections: { open: 0, peak: 3, opened: 4, failedToOpen: 0, closedByPeer: 1, closedIdle: 0, retried: 1 },
};

test('what a replay did', () => {
  expect(renderReplayReport(REPORT).split('\n')).toEqual([
    'replay to 127.0.0.1:8080 (run r1), 10.0 s',
    '  sends        1,000 due = 990 answered + 5 failed (refused 4, timeout 1) + 5 not sent (incomplete 5)',
    '  rate         asked 100/s, sent 100/s, answered 99/s',
    '  bytes        97.7 KiB sent, 1.91 MiB received',
    '  connections  4 opened, at most 3 at once, 1 send retried',
    '',
    'latency             count     p50     p90     p99    p99.9      max  p99',
    'from intended time  1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    'service time        1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    'schedule lag        1,000  300 µs  500 µs  900 µs  1.50 ms  2.50 ms  ████████████████████',
    '',
    'status 200  980  ██████████████████████████████',
    'status 500   10  ▎',
    '10 answers with another status than recorded',
  ]);
});

test('a mirror that sent nothing', () => {
  const report: ReplayReport = {
    ...REPORT,
    timing: undefined,
    due: 0,
    answered: 0,
    failed: {},
    notSent: {},
    balanced: false,
    rate: {
      ...REPORT.rate,
      askedPerSecond: undefined,
      sentPerSecond: undefined,
      answeredPerSecond: undefined,
      reached: false,
    },
    latency: { fromIntended: NONE, service: NONE, scheduleLag: NONE },
    statuses: { answered: {}, recorded: {}, changed: 0 },
  };
  expect(renderReplayReport(report).split('\n').slice(0, 3)).toEqual([
    'mirror to 127.0.0.1:8080 (run r1), 10.0 s',
    '  sends        0 due = 0 answered  ← does not add up',
    '  rate         sent -, answered -  ← not reached',
  ]);
  expect(renderReplayReport(report).split('\n')).toHaveLength(5);
});

test('a replay while it runs', () => {
  const progress = {
    elapsedMs: 2500,
    due: 1200,
    answered: 1190,
    failed: 0,
    notSent: 2,
    inFlight: 8,
    waiting: 0,
    connections: 1,
    plannedUntil: 0,
  };
  expect(renderReplayProgress(progress)).toBe(
    '2 s  1,200 due, 1,190 answered, 8 in flight, 2 not sent  on 1 connection',
  );
});

test('what doctor found', () => {
  const checks = [
    { name: 'capture', ok: 'ok', detail: 'works', hint: '' },
    { name: 'offload', ok: 'failed', detail: 'on', hint: 'ethtool -K eth0 gro off' },
  ] as const;
  expect(renderChecks(checks, { color: false })).toBe(
    'ok       capture  works\nfailed   offload  on\n                  → ethtool -K eth0 gro off',
  );
  expect(renderChecks(checks, { color: true })).toContain('\x1b[31mfailed');
});
