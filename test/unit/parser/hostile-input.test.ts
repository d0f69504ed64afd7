import { expect, test } from 'vitest';
import { Ledger } from '../../../core/index.ts';
import { ExchangeParser } from '../../../parser/index.ts';
import { conversation, HANDSHAKE_FLOW } from '../../support/conversation.ts';

/** Pushes without adding the ledger up after each of a million chunks. */
function flood(first: string, byte: string, count: number): { ledger: Ledger; exchanges: number } {
  const ledger = new Ledger();
  const parser = new ExchangeParser({}, { ledger });
  let exchanges = 0;
  let offset = 0;
  const push = (bytes: Uint8Array) => {
    const chunk = { kind: 'data' as const, flow: HANDSHAKE_FLOW, direction: 0 as const, offset, bytes, at: offset };
    for (const event of parser.push(chunk)) if (event.kind === 'exchange') exchanges++;
    offset += bytes.length;
  };
  push(Buffer.from(first));
  const one = Buffer.from(byte);
  for (let i = 0; i < count; i++) push(one);
  exchanges += parser.end(offset).filter((event) => event.kind === 'exchange').length;
  const report = ledger.report();
  expect(report.balanced).toBe(true);
  expect(report.accounts['stream bytes']).toMatchObject({ in: offset, held: 0 });
  return { ledger, exchanges };
}

const MILLION = 1_000_000;

test.each([
  ['a head without end', 'GET / HTTP/1.1\r\nX: ', 'x', 0],
  ['a head of empty names', 'GET / HTTP/1.1\r\n', ':', 0],
  ['empty lines without end', 'GET / HTTP/1.1\r\n\r\n', '\n', 1],
  ['a body in a million chunks', `POST / HTTP/1.1\r\nContent-Length: ${MILLION}\r\n\r\n`, 'b', 1],
  ['a chunk size without end', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', '0', 1],
  ['a chunk extension without end', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'e', 1],
  ['a trailer without end', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 't', 1],
  ['an unknown protocol byte by byte', '\x00', '\xff', 2],
])('%s, byte by byte, is read in one go over it', (_name, first, byte, exchanges) => {
  expect(flood(first, byte, MILLION).exchanges).toBe(exchanges);
});

test('a million empty lines in one chunk', () => {
  const c = conversation().client('GET / HTTP/1.1\r\n\r\n').client('\n'.repeat(MILLION)).end();
  expect(c.ledger.account('stream bytes', '').aside('discarded', 'empty-lines')).toBe(MILLION);
});

test('a hundred thousand pipelined requests leave at most the bound inside', () => {
  const c = conversation({ maxPendingRequests: 8 }).client('GET / HTTP/1.1\r\n\r\n'.repeat(100_000));
  expect(c.ledger.account('messages', '').held).toBe(8);
  expect(c.end().exchanges).toHaveLength(100_000);
});

test('flows beyond the bound end the oldest', () => {
  const ledger = new Ledger();
  const parser = new ExchangeParser({ maxFlows: 2 }, { ledger });
  const told: string[] = [];
  for (let i = 0; i < 4; i++) {
    const flow = { ...HANDSHAKE_FLOW, id: `${i}`.padStart(16, '0') };
    const bytes = Buffer.from(`GET /${i} HTTP/1.1\r\n\r\n`);
    for (const event of parser.push({ kind: 'data', flow, direction: 0, offset: 0, bytes, at: i })) {
      if (event.kind === 'exchange') told.push(`${event.exchange.path} ${event.exchange.reason}`);
    }
  }
  expect(told).toEqual(['/0 evicted', '/1 evicted']);
  expect(ledger.fact('flows-evicted')).toBe(2);
});

test('random bytes in random packets, a million of them', () => {
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
  const c = conversation({}, { ...HANDSHAKE_FLOW, orientation: 'guess' });
  for (let sent = 0; sent < MILLION; ) {
    const bytes = Uint8Array.from({ length: 1 + (random() % 1500) }, () => random() & 0xff);
    sent += bytes.length;
    c.say((random() & 1) as 0 | 1, bytes);
  }
  expect(c.end().ledger.report().balanced).toBe(true);
});
