import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageBytes } from '../../core/index.ts';
import { conversation, HANDSHAKE_FLOW, tell, textOf } from '../support/conversation.ts';

const hex = (text: string) => Buffer.from(text, 'hex').toString('latin1');
const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

/** Beginnings of many protocols, whole and in part, and of none. */
const beginning = fc.oneof(
  anyBytes,
  fc.constantFrom(
    '*1\r\n$4\r\nPING\r\n',
    '+OK\r\n',
    '220 ready\r\n',
    'USER me\r\n',
    'get key\r\n',
    'CONNECT a:1 HTTP/1.1\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'PROXY TCP4 192.0.2.1 10.0.0.2 1 2\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    hex('050100'),
    hex('0500'),
    hex('05010001c000020100500500000101020304'),
    hex('04010050c000020100'),
    hex('0d0a0d0a000d0a515549540a2111000cc00002010a000002dc040050'),
    hex('1603010200010001fc0303'),
    hex('000000040400000000000000'),
    hex('801b00000000'),
    '\r\n',
  ),
);
const turn = fc.record({ direction: fc.constantFrom(0 as const, 1 as const), text: fc.oneof(beginning, anyBytes) });
const talk = fc.array(turn, { minLength: 1, maxLength: 12 });

function outcome(turns: readonly { direction: 0 | 1; text: string }[], cut: number) {
  const c = conversation({ sessions: 'all', announceRequests: false }, HANDSHAKE_FLOW, cut);
  for (const { direction, text } of turns) c.say(direction, text);
  c.close(0).close(1).end();
  return {
    exchanges: c.exchanges.map((exchange) => ({
      told: tell(exchange),
      offset: exchange.id.offset,
      asked: textOf(exchange.request),
      answered: textOf(exchange.response),
      turns: exchange.turns.map(({ direction, byteCount }) => [direction, byteCount]),
    })),
    bytes: c.ledger.report().accounts['stream bytes'],
  };
}

describe('flows of whatever protocol', () => {
  test('give the same for any cut', () => {
    fc.assert(
      fc.property(talk, fc.integer({ min: 1, max: 40 }), (turns, cut) => {
        expect(outcome(turns, cut)).toEqual(outcome(turns, Number.MAX_SAFE_INTEGER));
      }),
      { numRuns: 400 },
    );
  });

  test('lose no byte that they do not name', () => {
    fc.assert(
      fc.property(talk, fc.integer({ min: 1, max: 40 }), (turns, cut) => {
        const c = conversation({ sessions: 'all' }, HANDSHAKE_FLOW, cut);
        for (const { direction, text } of turns) c.say(direction, text);
        c.close(0).close(1).end();
        const { bytes, kept } = c.exchanges.reduce(
          (sum, { request, response, interim }) => {
            const messages = [request, response, ...interim].filter((message) => message !== undefined);
            return {
              bytes: sum.bytes + messages.reduce((count, message) => count + message.byteCount, 0),
              kept: sum.kept + messages.reduce((count, message) => count + messageBytes(message).length, 0),
            };
          },
          { bytes: 0, kept: 0 },
        );
        const account = c.ledger.account('stream bytes', '');
        expect(kept).toBe(bytes);
        expect(account.out).toBe(bytes);
        expect(account.in).toBe(turns.reduce((sum, { text }) => sum + text.length, 0));
      }),
      { numRuns: 200 },
    );
  });

  test('with losses, in the middle and of unknown ends, never throw and always add up', () => {
    const step = fc.oneof(
      turn.map((said) => ({ kind: 'say' as const, ...said })),
      fc.record({
        kind: fc.constant('lose' as const),
        direction: fc.constantFrom(0 as const, 1 as const),
        count: fc.integer({ min: 1, max: 5000 }),
      }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({ kind: fc.constant('close' as const), direction: fc.constantFrom(0 as const, 1 as const) }),
    );
    const orientation = fc.constantFrom('handshake' as const, 'port' as const, 'guess' as const);
    const protocol = fc.constantFrom(undefined, 'http1' as const, 'thrift' as const, 'tcp' as const);
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 14 }),
        orientation,
        protocol,
        fc.integer({ min: 1, max: 60 }),
        (steps, known, hint, cut) => {
          const services = [{ name: 'a', port: 80, protocol: hint }];
          const c = conversation({ services }, { ...HANDSHAKE_FLOW, orientation: known }, cut);
          const closed = [false, false];
          for (const one of steps) {
            if (one.kind === 'wait') c.wait(one.ms);
            else if (closed[one.direction]) continue;
            else if (one.kind === 'say') c.say(one.direction, one.text);
            else if (one.kind === 'lose') c.lose(one.direction, one.count);
            else {
              closed[one.direction] = true;
              c.close(one.direction);
            }
          }
          c.end();
        },
      ),
      { numRuns: 400 },
    );
  });
});
