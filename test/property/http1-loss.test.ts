/** One lost packet costs the exchanges whose bytes it held, and no others: whatever their bodies look like. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../../core/index.ts';
import { conversation, textOf } from '../support/conversation.ts';

/** Bodies that look like heads, and like the framing around them. */
const bait = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[a-z]{1,30}$/),
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno',
        'HTTP/1.1 204 No Content\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n',
        'GET /bait HTTP/1.1\r\nHost: a\r\n\r\n',
        'POST /bait HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345',
        'POST /bait HTTP/1.1\r\nHost: a\r\nContent-Length: 700\r\n\r\n',
        '\r\n0\r\n\r\n',
        '\r\n',
        'HTTP/1.1',
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

function chunked(text: string, size: number): string {
  let framed = '';
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    framed += `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  return `${framed}0\r\n\r\n`;
}

function framed(text: string, chunkSize: number): string {
  if (chunkSize === 0) return `Content-Length: ${text.length}\r\n\r\n${text}`;
  return `Transfer-Encoding: chunked\r\n\r\n${chunked(text, chunkSize)}`;
}

const exchange = fc.record({
  asked: bait,
  answered: bait,
  askSize: fc.nat(90),
  answerSize: fc.nat(90),
  /** It is asked before the answers to those before it. */
  pipelined: fc.boolean(),
});

interface Piece {
  readonly direction: Direction;
  readonly text: string;
  readonly from: number;
}

interface Said {
  readonly request: string;
  readonly response: string;
  readonly requestAt: number;
  readonly responseAt: number;
}

/** What goes over the wire, in order, in packets of at most `mss` bytes. */
function wire(
  list: readonly { asked: string; answered: string; askSize: number; answerSize: number; pipelined: boolean }[],
  mss: number,
): { said: Said[]; packets: Piece[] } {
  const said: Said[] = [];
  const packets: Piece[] = [];
  const sent: [number, number] = [0, 0];
  let burst: Said[] = [];
  const say = (direction: Direction, text: string) => {
    for (let at = 0; at < text.length; at += mss) {
      packets.push({ direction, text: text.slice(at, at + mss), from: sent[direction] + at });
    }
    sent[direction] += text.length;
  };
  const flush = () => {
    say(0, burst.map(({ request }) => request).join(''));
    say(1, burst.map(({ response }) => response).join(''));
    burst = [];
  };
  let requestAt = 0;
  let responseAt = 0;
  for (const [number, { asked, answered, askSize, answerSize, pipelined }] of list.entries()) {
    if (!pipelined) flush();
    const request = `POST /n${number} HTTP/1.1\r\nHost: a\r\n${framed(asked, askSize)}`;
    const response = `HTTP/1.1 200 OK\r\nX-N: ${number}\r\n${framed(answered, answerSize)}`;
    burst.push({ request, response, requestAt, responseAt });
    said.push(burst.at(-1) as Said);
    requestAt += request.length;
    responseAt += response.length;
  }
  flush();
  return { said, packets };
}

function overlaps(lost: Piece, direction: Direction, at: number, text: string): boolean {
  return lost.direction === direction && lost.from < at + text.length && at < lost.from + lost.text.length;
}

function runWithout(lost: Piece, packets: readonly Piece[], reportedLate: boolean, end: 'fin' | 'source') {
  const c = conversation();
  let owed = false;
  for (const packet of packets) {
    if (packet === lost) {
      owed = true;
      if (!reportedLate) c.lose(lost.direction, lost.text.length);
      continue;
    }
    if (owed && reportedLate && packet.direction === lost.direction) {
      c.lose(lost.direction, lost.text.length);
      owed = false;
    }
    c.say(packet.direction, packet.text);
  }
  if (owed && reportedLate) c.lose(lost.direction, lost.text.length);
  if (end === 'fin') c.close(0).close(1);
  return c.end();
}

const traffic = (pipelined: boolean) =>
  fc.record({
    list: fc
      .array(exchange, { minLength: 2, maxLength: 8 })
      .map((list) => (pipelined ? list : list.map((one) => ({ ...one, pipelined: false })))),
    mss: fc.integer({ min: 20, max: 600 }),
    which: fc.nat(10_000),
    reportedLate: fc.boolean(),
    end: fc.constantFrom('fin' as const, 'source' as const),
  });

describe.each([
  ['kept alive', false],
  ['pipelined', true],
])('one packet of %s exchanges is lost', (_name, pipelined) => {
  test('the others are whole, and have their own answers', () => {
    fc.assert(
      fc.property(traffic(pipelined), ({ list, mss, which, reportedLate, end }) => {
        const { said, packets } = wire(list, mss);
        const lost = packets[which % packets.length] as Piece;
        const c = runWithout(lost, packets, reportedLate, end);
        const found = new Map(
          c.exchanges
            .filter(({ outcome, reason }) => outcome === 'paired' && reason === '')
            .map(({ request, response, path }) => [path, [textOf(request), textOf(response)]]),
        );
        for (const { outcome, path, response } of c.exchanges) {
          const answered = /^HTTP\/1.1 200 OK\r\nX-N: (\d)\r/.exec(textOf(response))?.[1];
          if (outcome === 'paired' && answered !== undefined && path !== '/bait') expect(path).toBe(`/n${answered}`);
        }
        // With pipelining, the tail of a lost request may be one whole request as far as anyone can tell.
        if (!pipelined) expect(c.ready.map(({ path }) => path)).not.toContain('/bait');
        for (const [number, { request, response, requestAt, responseAt }] of said.entries()) {
          if (overlaps(lost, 0, requestAt, request) || overlaps(lost, 1, responseAt, response)) continue;
          // Behind a whole request in such a tail, what is left of the body runs into the request that follows.
          const before = said[number - 1];
          const behindBait = pipelined && before?.request.includes('GET /bait') === true;
          if (behindBait && overlaps(lost, 0, before.requestAt, before.request)) continue;
          expect(found.get(`/n${number}`), `${number}: ${JSON.stringify(lost)} ${c.told}`).toEqual([request, response]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
