import { expect, test } from 'vitest';
import { renderBars, renderChecks, renderLatencyTable, renderLedger } from '../../../../cli/render/index.ts';
import { Ledger } from '../../../../core/index.ts';
import { NO_LATENCY, SOME_LATENCY } from './hand-made-report.ts';

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

test('latencies side by side', () => {
  const rows = [
    { name: 'from intended time', ...SOME_LATENCY, p99: 1800 },
    { name: 'service time', ...SOME_LATENCY },
    { name: 'none', ...NO_LATENCY },
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
