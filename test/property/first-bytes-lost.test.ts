/** Flows that begin with a gap, or have one before it is known what they speak: whatever follows, every byte has one place. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Direction } from '../../core/index.ts';
import { conversation, HANDSHAKE_FLOW } from '../support/conversation.ts';

const direction = fc.constantFrom<Direction>(0, 1);
const piece = fc.oneof(
  fc.constantFrom(
    'GET /a HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
    'GET /a HT',
    'TP/1.1\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'PROXY TCP4 10.1.1.1 10.1.1.2 5 80\r\n',
    'PROXY TCP4 10.1.',
    '\x05\x01\x00',
    '\x05\x00',
    '\x04\x01\x00\x50\x0a\x00\x00\x01\x00',
    'PING\r\n',
    'tail of something',
    '\x80\x01\x00\x01\x00\x00\x00\x01a\x00\x00\x00\x00\x00',
  ),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ direction, text: piece }) },
  { weight: 2, arbitrary: fc.record({ direction, lost: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 1, arbitrary: fc.record({ waitMs: fc.constantFrom(1, 2_000, 11_000) }) },
  { weight: 1, arbitrary: fc.record({ closed: direction }) },
);

test('the ledger adds up at every step, and nothing is held at the end', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25 }),
      fc.constantFrom(1, 5, 1_000),
      fc.constantFrom('http1', 'thrift', 'tcp', undefined),
      fc.constantFrom('handshake', 'guess'),
      (steps, cut, protocol, orientation) => {
        const services = protocol === undefined ? [] : [{ name: 'a', port: 80, protocol } as const];
        const c = conversation({ services }, { ...HANDSHAKE_FLOW, orientation } as typeof HANDSHAKE_FLOW, cut);
        const closed = new Set<Direction>();
        for (const one of steps) {
          if ('waitMs' in one) c.wait(one.waitMs);
          else if ('closed' in one) {
            if (!closed.has(one.closed)) c.close(one.closed);
            closed.add(one.closed);
          } else if (closed.has(one.direction)) continue;
          else if ('text' in one) c.say(one.direction, one.text);
          else c.lose(one.direction, one.lost);
        }
        expect(c.end().ledger.report().balanced).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
