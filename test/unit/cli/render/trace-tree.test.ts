import { expect, test } from 'vitest';
import { renderTraceTree } from '../../../../cli/render/index.ts';
import type { Exchange } from '../../../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const TITLE = 'in 5.00 ms from 2026-11-21T10:00:00.000000Z';
let flows = 0;

/** `source → service operation`, running from and to so many µs after ten o'clock, on a flow of its own. */
function call(
  source: string,
  service: string,
  operation: string,
  [from, to]: [number, number],
  span?: [string, string],
) {
  const onFlow = flow({ id: (++flows).toString(16).padStart(16, '0') });
  const at = (micros: number) => ({ firstByteAt: NOON_MICROS + micros, lastByteAt: NOON_MICROS + micros });
  return exchange({
    id: { at: NOON_MICROS + from, flow: onFlow.id, offset: 0, index: 0 },
    flow: onFlow,
    source,
    service,
    operation,
    trace: { traceId: '4bf9', spanId: span?.[0] ?? '', parentSpanId: span?.[1] ?? '' },
    request: message('GET / HTTP/1.1\r\n\r\n', '', at(from)),
    response: message('HTTP/1.1 200 OK\r\n\r\n', '', at(to)),
  });
}

const tree = (exchanges: readonly Exchange[]) => renderTraceTree(exchanges).split('\n').slice(2);
const names = (exchanges: readonly Exchange[]) =>
  tree(exchanges).map((line) => line.replace(/ {2}200 .*/, '').trimEnd());

test('callers above what they called, with when it ran', () => {
  const exchanges = [
    call('catalogue', 'prices', 'GET /p', [400, 1400]),
    call('front', 'catalogue', 'GET /items', [250, 2250]),
    call('', 'front', 'GET /', [0, 5000]),
    call('front', 'catalogue', 'GET /items/1', [3000, 4000]),
  ];
  expect(renderTraceTree(exchanges).split('\n')).toEqual([
    `trace 4bf9: 4 exchanges ${TITLE}`,
    '',
    'front GET /                200  5.00 ms  ████████████████████████',
    '├─ catalogue GET /items    200  2.00 ms   ██████████',
    '│  └─ prices GET /p        200  1.00 ms   ██████',
    '└─ catalogue GET /items/1  200  1.00 ms                █████',
  ]);
});

test('spans say who called, whatever the times and names say', () => {
  const exchanges = [
    call('', 'front', 'GET /', [0, 5000], ['a', '']),
    call('front', 'one', 'GET /1', [100, 4000], ['b', 'a']),
    call('one', 'queue', 'GET /late', [4500, 9000], ['c', 'b']),
  ];
  expect(names(exchanges)).toEqual(['front GET /', '└─ one GET /1', '   └─ queue GET /late']);
});

test('of two callers that fit, the innermost one', () => {
  const exchanges = [
    call('', 'front', 'GET /', [0, 5000]),
    call('', 'front', 'GET /inner', [100, 3000]),
    call('front', 'catalogue', 'GET /items', [200, 300]),
  ];
  expect(names(exchanges)).toEqual(['front GET /', '└─ front GET /inner', '   └─ catalogue GET /items']);
});

test('a known caller that is not in the trace leaves the call at the top', () => {
  const exchanges = [call('', 'front', 'GET /', [0, 5000]), call('cron', 'catalogue', 'GET /items', [200, 300])];
  expect(names(exchanges)).toEqual(['front GET /', 'catalogue GET /items']);
});

/** The view of the called service: of the same bytes, at its own times. */
function calledView(caller: Exchange, [from, to]: [number, number], clock = 0): Exchange {
  const at = (micros: number) => ({
    firstByteAt: NOON_MICROS + micros + clock,
    lastByteAt: NOON_MICROS + micros + clock,
  });
  return {
    ...caller,
    id: { ...caller.id, at: NOON_MICROS + from + clock },
    request: message('GET / HTTP/1.1\r\n\r\n', '', at(from)),
    response: message('HTTP/1.1 200 OK\r\n\r\n', '', at(to)),
  };
}

test("of a call captured at both ends the called service's time is drawn within the caller's", () => {
  const front = call('', 'front', 'GET /', [0, 5000]);
  const items = call('front', 'items', 'GET /items', [1000, 4000]);
  for (const clock of [0, 2_000_000]) {
    expect(tree([calledView(items, [1500, 3500], clock), front, items])).toEqual([
      'front GET /          200  5.00 ms           ████████████████████████',
      '└─ items GET /items  200  3.00 ms  2.00 ms      ░░░██████████░░',
    ]);
  }
});

test('a call that is stored twice beyond the skew of clocks is two', () => {
  const one = call('', 'front', 'GET /', [0, 5000]);
  expect(tree([one, calledView(one, [0, 4000], 11_000_000)])).toHaveLength(2);
});

test('both ends of one call are drawn once', () => {
  const caller = call('', 'front', 'GET /', [0, 5000]);
  const callee = { ...caller, id: { ...caller.id, at: caller.id.at + 30 } };
  expect(renderTraceTree([callee, caller])).toContain('trace 4bf9: 1 exchange in');
});

test('spans in a circle, and one exchange that names itself, are still drawn once each', () => {
  const circle = [
    call('', 'a', 'GET /a', [0, 5000], ['a', 'b']),
    call('', 'b', 'GET /b', [1, 4000], ['b', 'a']),
    call('', 'c', 'GET /c', [6000, 7000], ['c', 'c']),
  ];
  expect(names(circle)).toEqual(['b GET /b', '└─ a GET /a', 'c GET /c']);
});

test('a chain of thousands neither overflows nor runs off to the right', () => {
  const chain = Array.from({ length: 3000 }, (_, i) => call(`s${i}`, `s${i + 1}`, 'GET /', [i, 10_000 - i]));
  const drawn = tree(chain);
  expect(drawn).toHaveLength(3000);
  expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(200);
});

test('a lone request shows its reason; hostile names are escaped', () => {
  const lone = { ...call('', 'front\x1b', 'GET /', [0, 10]), response: undefined, status: 0, reason: 'no-response' };
  expect(renderTraceTree([{ ...lone, outcome: 'request-only' }])).toContain('front\\x1b GET /  lone  no-response  █');
});

test('nothing', () => {
  expect(renderTraceTree([])).toBe('no exchanges');
});
