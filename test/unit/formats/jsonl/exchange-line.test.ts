import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatExchangeLine } from '../../../../formats/index.ts';
import { exchange, flow, message } from '../../../support/exchanges/index.ts';

test('a paired exchange', () => {
  expect(formatExchangeLine(exchange())).toBe(
    '{"id":"0660c66c7a2800-9f86d081884c7d65-00000000004a-00","protocol":"http1",' +
      '"client":"127.0.0.1:40312","server":"127.0.0.1:8080","flow":"9f86d081884c7d65",' +
      '"source":"front","service":"catalogue","operation":"GET /items/17","verb":"GET","path":"/items/17",' +
      '"status":200,"outcome":"paired","reason":"","requestBytes":53,"responseBytes":82,' +
      '"requestAt":"2026-11-21T10:00:00.000000Z","responseAt":"2026-11-21T10:00:00.001200Z",' +
      '"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","parentSpanId":"",' +
      '"session":"9f86d081884c7d65","interim":[],"truncated":false,"notes":[],"attributes":{}}',
  );
});

test('what lines share is not mixed up: the same operation by another caller, another session, another outcome', () => {
  const shown = (changes: Parameters<typeof exchange>[0]) => JSON.parse(formatExchangeLine(exchange(changes)));
  expect(shown({ source: 'front' })).toMatchObject({ source: 'front', reason: '' });
  expect(shown({ source: 'cart', reason: 'gap' })).toMatchObject({ source: 'cart', reason: 'gap', outcome: 'paired' });
  expect(shown({ source: 'front', status: 999 })).toMatchObject({ source: 'front', status: 999 });
  expect(shown({ session: 'mine' })).toMatchObject({ session: 'mine', notes: [] });
});

test('what a missing answer would have told is null', () => {
  const lone = exchange({ outcome: 'request-only', reason: 'no-response', status: 0, response: undefined });
  expect(JSON.parse(formatExchangeLine(lone))).toMatchObject({
    status: null,
    responseBytes: null,
    responseAt: null,
    requestBytes: 53,
    outcome: 'request-only',
    reason: 'no-response',
  });
});

test('a lone response has no request to tell of', () => {
  const lone = exchange({ outcome: 'response-only', request: undefined, trace: undefined, operation: '', verb: '' });
  expect(JSON.parse(formatExchangeLine(lone))).toMatchObject({ requestAt: null, requestBytes: null, traceId: '' });
});

test('interim statuses, notes, a session of its own, IPv6 and a truncated body', () => {
  const one = exchange({
    flow: flow({ client: { address: '::1', port: 9 } }),
    session: 'user "17"',
    interim: [message('HTTP/1.1 103 Early Hints\r\n\r\n'), message('HTTP/1.1 100\r\n\r\n'), message('?')],
    notes: ['bare-lf', 'tab\t'],
    response: message('HTTP/1.1 200 OK\r\n\r\n', '', { truncated: true }),
  });
  expect(JSON.parse(formatExchangeLine(one))).toMatchObject({
    client: '[::1]:9',
    session: 'user "17"',
    interim: [103, 100, 0],
    notes: ['bare-lf', 'tab\t'],
    truncated: true,
  });
});

test('a line is one line, safe on a terminal, and says exactly what the wire said', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc
      .array(fc.constantFrom('\x1b[2J', '\r\n', '\u202e', '\u009b', '\ud800', '"', '\\', 'é'), { maxLength: 60 })
      .map((all) => all.join('')),
  );
  fc.assert(
    fc.property(hostile, hostile, (path, source) => {
      const line = formatExchangeLine(exchange({ path, source, notes: [path] }));
      expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(line)).toMatchObject({ path, source, notes: [path] });
    }),
  );
});
