import { expect, test } from 'vitest';
import { conversation } from '../../../support/conversation.ts';

const A = '4bf92f3577b34da6a3ce929d0e0e4736';

function traceOf(fields: string, traceHeaders?: readonly string[]) {
  const c = conversation(traceHeaders === undefined ? {} : { traceHeaders });
  return c.client(`GET / HTTP/1.1\r\n${fields}\r\n\r\n`).ready[0]?.trace;
}

test.each([
  [`traceparent: 00-${A}-00F067AA0BA902B7-01`, A, '', '00f067aa0ba902b7'],
  [`b3: ${A.toUpperCase()}-00f067aa0ba902b7-1-05e3ac9a4f6e3b90`, A, '00f067aa0ba902b7', '05e3ac9a4f6e3b90'],
  [`X-B3-TraceId: ${A}\r\nx-b3-spanid: aa\r\nX-B3-ParentSpanId: bb`, A, 'aa', 'bb'],
  ['uber-trace-id: ABC%3A1f%3A0%3A1', 'abc', '1f', ''],
  ['uber-trace-id: abc:2f:1f:1', 'abc', '2f', '1f'],
  ['x-datadog-trace-id: 123456\r\nx-datadog-parent-id: 42', '123456', '', '42'],
  [
    'X-Amzn-Trace-Id: Root=1-5759e988-BD862E3FE1BE46A994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    '1-5759e988-bd862e3fe1be46a994272793',
    '',
    '53995c3f42cd8ad8',
  ],
  ['x-tt-logid: 2021Zz', '2021Zz', '', ''],
  ['x-request-id:  Req 7 ', 'Req 7', '', ''],
])('%s', (fields, traceId, spanId, parentSpanId) => {
  expect(traceOf(fields)).toEqual({ traceId, spanId, parentSpanId });
});

test('list order decides, and what is no trace id is passed over', () => {
  expect(traceOf(`x-request-id: low\r\ntraceparent: 00-${'0'.repeat(32)}-00f067aa0ba902b7-01`)?.traceId).toBe('low');
  expect(traceOf('b3: 0\r\nx-trace-id: t')?.traceId).toBe('t');
  expect(traceOf('traceparent: nonsense')).toBeUndefined();
});

test('the list is configurable, and names are taken in any case', () => {
  expect(traceOf(`traceparent: 00-${A}-00f067aa0ba902b7-01\r\nx-mine: m`, ['X-Mine'])?.traceId).toBe('m');
  expect(traceOf('x-request-id: r', ['X-Mine'])).toBeUndefined();
});

test('a long id is cut', () => {
  expect(traceOf(`x-request-id: ${'r'.repeat(5000)}`)?.traceId).toHaveLength(128);
});
