/** Every byte of a flow has exactly one place: in a message, in a gap, or discarded for a reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Direction, Ledger, type Message, type StreamChunk } from '../../core/index.ts';
import { ExchangeParser, type ParserOptions } from '../../parser/index.ts';
import { HANDSHAKE_FLOW } from '../support/conversation.ts';

interface Place {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** The bytes of a message that were seen. */
function placesOf(message: Message): Place[] {
  const places: Place[] = [];
  let from = 0;
  for (const { offset, byteCount } of [...message.missing, { offset: message.byteCount, byteCount: 0 }]) {
    places.push({ from: message.streamOffset + from, to: message.streamOffset + offset, what: 'message' });
    from = offset + byteCount;
  }
  return places.filter((place) => place.to > place.from);
}

type Step = readonly ['data' | 'lose' | 'wait' | 'close', Direction, Uint8Array];

/** Runs the steps, and tells where each direction's bytes went. */
function placesAfter(steps: readonly Step[], options: Partial<ParserOptions>): [Place[], Place[]] {
  const places: [Place[], Place[]] = [[], []];
  const ledger = new Ledger();
  const witness = {
    discarded: (_flow: unknown, direction: Direction, offset: number, byteCount: number, reason: string) =>
      void places[direction].push({ from: offset, to: offset + byteCount, what: reason }),
  };
  const parser = new ExchangeParser(options, { ledger, witness });
  const said: [number, number] = [0, 0];
  const closed = [false, false];
  let at = 1_000_000;
  const take = (events: ReturnType<ExchangeParser['push']>) => {
    for (const event of events) {
      if (event.kind !== 'exchange') continue;
      const { request, response, interim } = event.exchange;
      if (request !== undefined) places[0].push(...placesOf(request));
      for (const message of [...interim, response]) if (message !== undefined) places[1].push(...placesOf(message));
    }
  };
  const push = (chunk: StreamChunk) => take(parser.push(chunk));
  const flow = HANDSHAKE_FLOW;
  push({ kind: 'open', flow, at });
  for (const [kind, direction, bytes] of steps) {
    at += 7;
    const offset = said[direction];
    if (kind === 'wait') {
      at += bytes.length * 200_000;
      take(parser.tick(at));
    } else if (closed[direction] === true || bytes.length === 0) continue;
    else if (kind === 'close') {
      closed[direction] = true;
      push({ kind: 'close', flow, direction, reason: bytes.length % 2 === 0 ? 'fin' : 'rst', at });
    } else {
      said[direction] += bytes.length;
      if (kind === 'data') push({ kind: 'data', flow, direction, offset, bytes, at });
      else {
        places[direction].push({ from: offset, to: offset + bytes.length, what: 'gap' });
        push({ kind: 'gap', flow, direction, offset, byteCount: bytes.length, reason: 'acknowledged', at });
      }
    }
  }
  take(parser.end(at));
  for (const account of Object.values(ledger.report().accounts))
    expect([account.balanced, account.held]).toEqual([true, 0]);
  for (const direction of [0, 1] as const)
    places[direction].push({ from: said[direction], to: said[direction], what: 'end' });
  return places;
}

function expectTiles(places: readonly Place[]): void {
  const sorted = [...places].sort((one, other) => one.from - other.from || one.to - other.to);
  let end = 0;
  for (const { from, to, what } of sorted) {
    expect(from, `${what} at ${from}: ${JSON.stringify(sorted)}`).toBe(end);
    end = to;
  }
}

const words = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /r HTTP/1.1\r\nX-ByteCopy-Replay: r\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nfooba',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  'HTTP/1.0 200 OK\r\n\r\n',
  'GET /old\r\n',
  '0\r\n\r\n',
  '\r\n',
  'x',
  'junk ',
];
const piece = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((list) => Buffer.from(list.join(''))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);
const step: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom('data', 'data', 'data', 'data', 'lose', 'wait', 'close'),
    fc.constantFrom(0, 1),
    piece,
    fc.nat(200),
  )
  .map(([kind, direction, bytes, length]) => [kind, direction, bytes.subarray(0, length)] as Step);
const begin: Step = ['data', 0, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')];

describe('places of bytes', () => {
  test('tile each direction exactly, whatever is said, lost and closed', () => {
    const limits = fc.record({
      maxHeadBytes: fc.constantFrom(60, 65_536),
      maxPendingRequests: fc.constantFrom(2, 256),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), limits, (steps, options) => {
        const [asked, answered] = placesAfter([begin, ...steps], options);
        expectTiles(asked);
        expectTiles(answered);
      }),
      { numRuns: 3000 },
    );
  });
});
