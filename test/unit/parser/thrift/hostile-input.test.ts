import { expect, test } from 'vitest';
import { Ledger } from '../../../../core/index.ts';
import { ExchangeParser } from '../../../../parser/index.ts';
import { conversation, HANDSHAKE_FLOW } from '../../../support/conversation.ts';
import { call, framed, message, theader } from '../../../support/thrift/wire.ts';

const FLOOD_BYTES = 256 * 1024;
const FIRST = framed(message('binary', call('abc', 1)));

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A call, a loss where told so, then the pattern again and again; adds up the ledger at the end only. */
function flood(pattern: Buffer, chunk: number, loss: boolean): number {
  const ledger = new Ledger();
  const parser = new ExchangeParser({ maxPendingRequests: 8 }, { ledger });
  const bytes = Buffer.alloc(chunk === 1 ? FLOOD_BYTES / 4 : FLOOD_BYTES, pattern);
  const flow = HANDSHAKE_FLOW;
  let offset = FIRST.length;
  let exchanges = parser.push({ kind: 'data', flow, direction: 0, offset: 0, bytes: FIRST, at: 1 }).length;
  if (loss) {
    parser.push({ kind: 'gap', flow, direction: 0, offset, byteCount: 10, reason: 'acknowledged', at: 1 });
    offset += 10;
  }
  for (let at = 0; at < bytes.length; at += chunk) {
    const piece = bytes.subarray(at, at + chunk);
    for (const event of parser.push({ kind: 'data', flow, direction: 0, offset, bytes: piece, at: 2 })) {
      if (event.kind === 'exchange') exchanges++;
    }
    offset += piece.length;
  }
  parser.end(3);
  const report = ledger.report();
  expect(report.balanced).toBe(true);
  expect(report.accounts['stream bytes']).toMatchObject({ in: offset, held: 0 });
  return exchanges;
}

test.each([
  ['beginnings of messages', hex('80010001')],
  ['beginnings of frames', hex('00000010 80010001 0000007f')],
  ['frames whose name goes on', hex('00000070 80010001 00000060 61616161616161')],
  ['beginnings of compact messages', hex('8221')],
  ['compact messages whose name goes on', hex('8221 00 70 6161')],
  ['MeshHeaders within MeshHeaders', hex('ffaf0fff')],
  ['THeaders within THeaders', hex('0000ffff 0fff0000 00000000 03ff')],
  ['TTHeaders within TTHeaders', hex('00002000 10000000')],
  ['empty frames, or none', hex('00')],
  ['the shortest messages', hex('80010001 00000001 61 00000000 00')],
  ['the shortest compact messages', hex('8221 00 03 616263 00')],
  ['the shortest old messages', hex('00000003 616263 01 00000000 00')],
  ['lists of lists', hex('80010001 00000001 61 00000000 0f0001 0f00000001 0f00000001')],
  ['lengths of -1', hex('ffffffff')],
])('%s, many of them, byte by byte and at once', (_name, pattern) => {
  for (const chunk of [1, 1460, FLOOD_BYTES]) {
    for (const loss of [false, true]) flood(pattern, chunk, loss);
  }
});

test('a list of as many empty structs as a message may have is walked over its bytes once', () => {
  const head = message('binary', call('a', 1)).subarray(0, -1);
  const list = Buffer.concat([hex('0f 0001 0c 000f0000'), Buffer.alloc(0xf0000), hex('00')]);
  const parser = new ExchangeParser({}, { ledger: new Ledger() });
  const bytes = Buffer.concat([head, list]);
  parser.push({ kind: 'data', flow: HANDSHAKE_FLOW, direction: 0, offset: 0, bytes, at: 1 });
  const [event] = parser.end(2);
  expect(event?.kind === 'exchange' && event.exchange.request?.complete).toBe(true);
});

test('zlib payloads that grow a thousand times are read as far as their name', () => {
  const bomb = theader(message('binary', call('a', 1), [[1, { is: 'string', value: '\0'.repeat(4_000_000) }]]), {
    zlib: true,
  });
  const c = conversation();
  for (let n = 0; n < 50; n++) c.client(bomb);
  expect(c.end().exchanges.map(({ operation }) => operation)).toEqual(Array(50).fill('a'));
});

test('a zlib payload that is none keeps its message', () => {
  const sent = theader(message('binary', call('a', 1)), { transforms: [1], sequenceId: 1 });
  const [exchange] = conversation().client(sent).end().exchanges;
  expect(exchange).toMatchObject({ operation: '', notes: ['transformed'], request: { complete: true } });
});

test('names made up by a sender do not stay', () => {
  const ledger = new Ledger();
  const parser = new ExchangeParser({ maxPendingRequests: 8 }, { ledger });
  let offset = 0;
  for (let n = 0; n < 50_000; n++) {
    const bytes = framed(message('binary', call(`name-${n}`, n)));
    parser.push({ kind: 'data', flow: HANDSHAKE_FLOW, direction: 0, offset, bytes, at: n });
    offset += bytes.length;
  }
  parser.end(60_000);
  expect(ledger.fact('thrift:call')).toBe(50_000);
  expect(ledger.account('messages', '').aside('lone')).toBe(50_000);
});
