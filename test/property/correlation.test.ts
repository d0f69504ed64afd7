import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Correlator, correlationSchema } from '../../emitter/correlation/index.ts';
import { request } from '../support/emitter/prepared-request.ts';
import { exchange, message } from '../support/exchanges/index.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';

/** One session that has learnt `recorded → replayed`. */
function learnt(recorded: string, replayed: string): Correlator {
  const correlator = new Correlator(correlationSchema.parse([{ name: 'token', learn: { from: 'json:token' } }]));
  const learnable = correlator.recorded(exchange({ response: message(HEAD, JSON.stringify({ token: recorded })) }));
  if (learnable !== undefined)
    correlator.learn('s', learnable, Buffer.from(HEAD + JSON.stringify({ token: replayed })));
  return correlator;
}

const sent = (correlator: Correlator, bytes: Uint8Array): Buffer =>
  Buffer.concat(correlator.rewrite('s', request(bytes)).parts);

const token = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => /^[!-~]+$/.test(text));

test('what a server reads in query, form and JSON is the new value, whatever characters both have', () => {
  fc.assert(
    fc.property(token, token, fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), (recorded, replayed, other) => {
      fc.pre(!JSON.stringify(other).includes(recorded) && !encodeURIComponent(other).includes(recorded));
      const correlator = learnt(recorded, replayed);
      const write = (value: string): { bytes: Buffer; body: string } => {
        const body = JSON.stringify({ other, value });
        const query = `other=${encodeURIComponent(other)}&value=${encodeURIComponent(value)}`;
        const head = `POST /a?${query} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
        return { bytes: Buffer.from(head + body), body };
      };
      const [head = '', body = ''] = sent(correlator, write(recorded).bytes).toString().split('\r\n\r\n');
      const seen = new URL(head.split(' ')[1] as string, 'http://h').searchParams;
      expect([seen.get('value'), seen.get('other')]).toEqual([replayed, other]);
      expect(JSON.parse(body)).toEqual({ other, value: replayed });
      expect(head).toContain(`Content-Length: ${body.length}`);
    }),
  );
});

test('a request without the value is the very request, and random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, asThrift) => {
      const correlator = learnt('recorded-token-that-is-nowhere', 'new-token');
      const before = request(bytes, asThrift ? { protocol: 'thrift', wire: 'thrift framed binary' } : {});
      expect(correlator.rewrite('s', before)).toBe(before);
    }),
  );
});

test('answers of random bytes never throw', () => {
  const rules = ['header:a', 'cookie:a', 'json:a', 'body:re:a(.)', 'field:0'].map((from, index) => ({
    name: `${index}`,
    learn: { from },
  }));
  const correlator = new Correlator(correlationSchema.parse(rules));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('http1' as const, 'thrift' as const),
      (bytes, protocol) => {
        correlator.recorded(exchange({ protocol, response: message('', bytes) }));
        correlator.learn('s', { protocol, values: rules.map((_, rule) => ({ rule, recorded: 'recorded' })) }, bytes);
      },
    ),
  );
});

test('hostile requests around the value never throw, and keep their other octets', () => {
  const correlator = learnt('old-token', 'new-token');
  const piece = fc.oneof(
    fc.constantFrom(
      'old-token',
      '%',
      '%4',
      '\\',
      '\\u00',
      '\r\n',
      '\n',
      ' ',
      ':',
      '?',
      'Cookie:',
      '{"',
      'chunked',
      'Transfer-Encoding: ',
    ),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      const text = sent(correlator, bytes).toString('latin1');
      if (!/encoding/i.test(text)) expect(text.replaceAll('new-token', 'old-token')).toBe(bytes.toString('latin1'));
    }),
  );
});
