import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Message, messageBytes } from '../../core/index.ts';
import { ResponseFramer } from '../../parser/index.ts';
import { type Conversation, conversation, HANDSHAKE_FLOW, tell, textOf } from '../support/conversation.ts';

const word = fc.stringMatching(/^[a-z]{1,12}$/);
const body = fc.oneof(
  fc.string({ maxLength: 60 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.constantFrom('HTTP/1.1 200 OK\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', '0\r\n\r\n', '\r\n\r\n'),
);
const end = fc.constantFrom('\r\n', '\r\n', '\n');

function chunked(text: string, size: number): string {
  let framed = '';
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    framed += `${piece.length.toString(16)};x=1\r\n${piece}\r\n`;
  }
  return `${framed}0\r\nTrailer: t\r\n\r\n`;
}

const framing = (text: string, size: number) =>
  size === 0
    ? { field: `Content-Length: ${text.length}`, sent: text }
    : { field: 'Transfer-Encoding: chunked', sent: chunked(text, size) };

const request = fc
  .record({
    path: word,
    verb: fc.constantFrom('GET', 'POST', 'HEAD', 'frob'),
    body,
    size: fc.nat(9),
    eol: end,
    blank: fc.boolean(),
  })
  .map(({ path, verb, body: text, size, eol, blank }) => {
    const { field, sent } = framing(text, size);
    const head = [`${verb} /${path}?q HTTP/1.1`, 'Host: a', field, `X-Request-Id: ${path}`].join(eol);
    return { verb, skipped: blank ? '\r\n' : '', text: `${head}${eol}${eol}${sent}` };
  });

const response = fc.record({
  status: fc.constantFrom(200, 204, 304, 404, 500),
  body,
  size: fc.nat(9),
  eol: end,
  interim: fc.boolean(),
});

const pipeline = fc.array(fc.tuple(request, response), { minLength: 1, maxLength: 6 }).map((pairs) => {
  const asked = pairs.map(([{ skipped, text }]) => skipped + text);
  const answered = pairs.map(([{ verb }, { status, body: text, size, eol, interim }]) => {
    const { field, sent } = framing(text, size);
    const bodyless = verb === 'HEAD' || status === 204 || status === 304;
    return {
      interim: interim ? `HTTP/1.1 103 Early Hints${eol}${eol}` : '',
      final: `HTTP/1.1 ${status} Reason${eol}${field}${eol}${eol}${bodyless ? '' : sent}`,
    };
  });
  return { pairs, asked, answered };
});

/** Says both texts in pieces; the cuts alternate between small and whatever they are. */
function sayInPieces(c: Conversation, direction: 0 | 1, text: string, cuts: readonly number[]): void {
  let at = 0;
  for (let i = 0; at < text.length; i++) {
    const size = cuts[i % cuts.length] as number;
    c.say(direction, text.slice(at, at + size));
    at += size;
  }
}

describe('HTTP/1 exchanges', () => {
  test('are the same for any cut, verbatim, and the ledger adds up', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pipeline, cuts, cuts, ({ pairs, asked, answered }, askCuts, answerCuts) => {
        const c = conversation();
        sayInPieces(c, 0, asked.join(''), askCuts);
        sayInPieces(c, 1, answered.map(({ interim, final }) => interim + final).join(''), answerCuts);
        c.end();
        expect(c.exchanges.map(({ verb, status, outcome, reason }) => [verb, status, outcome, reason])).toEqual(
          pairs.map(([{ verb }, { status }]) => [verb, status, 'paired', '']),
        );
        expect(c.exchanges.map(({ request: message }) => textOf(message))).toEqual(pairs.map(([{ text }]) => text));
        expect(c.exchanges.map(({ response: message }) => textOf(message))).toEqual(answered.map(({ final }) => final));
        expect(c.exchanges.map(({ interim }) => interim.map(textOf).join(''))).toEqual(
          answered.map(({ interim }) => interim),
        );
        const whole = conversation()
          .client(asked.join(''))
          .server(answered.map((a) => a.interim + a.final).join(''));
        const untimed = (list: typeof c.exchanges) =>
          list.map((e) => [tell(e), e.id.offset, e.notes, e.trace, e.request?.byteCount, e.response?.headByteCount]);
        expect(untimed(c.exchanges)).toEqual(untimed(whole.end().exchanges));
      }),
      { numRuns: 300 },
    );
  });

  test('a cut at every byte of one conversation', () => {
    const asked =
      'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n';
    const answered =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No\r\n\r\n';
    for (let ask = 0; ask <= asked.length; ask++) {
      for (let answer = 0; answer <= answered.length; answer++) {
        const c = conversation().client(asked.slice(0, ask)).client(asked.slice(ask));
        c.server(answered.slice(0, answer)).server(answered.slice(answer));
        expect(c.end().told).toEqual(['paired POST /a 200', 'paired GET /b 204']);
      }
    }
  });

  test("a hole anywhere never pairs a request with another one's answer", () => {
    const numbers = [0, 1, 2, 3];
    const hole = fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      from: fc.nat(400),
      size: fc.integer({ min: 1, max: 300 }),
    });
    fc.assert(
      fc.property(hole, fc.integer({ min: 1, max: 80 }), ({ side, from, size }, cut) => {
        const c = conversation({}, HANDSHAKE_FLOW, cut);
        const said: [number, number] = [0, 0];
        const say = (direction: 0 | 1, text: string) => {
          const start = said[direction];
          said[direction] += text.length;
          if (direction !== side) return void c.say(direction, text);
          const before = Math.max(0, Math.min(text.length, from - start));
          const after = Math.max(0, Math.min(text.length, from + size - start));
          if (before > 0) c.say(direction, text.slice(0, before));
          if (after > before) c.lose(direction, after - before);
          if (after < text.length) c.say(direction, text.slice(after));
        };
        for (const number of numbers) {
          say(0, `POST /n${number} HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n${'b'.repeat(20)}`);
          say(1, `HTTP/1.1 200 OK\r\nX-N: n${number}\r\nContent-Length: 20\r\n\r\n${`n${number}`.repeat(10)}`);
        }
        for (const exchange of c.end().exchanges) {
          const head = textOf(exchange.response).split('\r\n\r\n', 1)[0] ?? '';
          const answer = /X-N: (n\d)\r/.exec(head)?.[1];
          if (exchange.outcome === 'paired' && answer !== undefined) expect(`/${answer}`).toBe(exchange.path);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('random chunks, gaps and closes never throw, and the ledger adds up', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            'GET ',
            '/',
            ' HTTP/1.1',
            '\r\n',
            'HTTP/1.1 200 OK',
            ':',
            'Content-Length: 3',
            '\n',
            'Transfer-Encoding: chunked',
            '5',
            'x',
            ' ',
          ),
        )
        .map((words) => Buffer.from(words.join(''))),
    );
    const step = fc.tuple(
      fc.constantFrom('data', 'data', 'data', 'lose', 'wait', 'close'),
      fc.constantFrom(0 as const, 1 as const),
      junk,
    );
    const flow = fc.constantFrom(HANDSHAKE_FLOW, { ...HANDSHAKE_FLOW, orientation: 'guess' as const });
    fc.assert(
      fc.property(flow, fc.array(step, { maxLength: 30 }), fc.nat(20), (of, steps, limit) => {
        const c = conversation({ maxHeadBytes: 40 + limit, maxPendingBytes: 200 + limit, maxPendingRequests: 2 }, of);
        const closed = [false, false];
        for (const [kind, direction, bytes] of steps) {
          if (kind === 'wait') c.wait(bytes.length * 10_000);
          else if (closed[direction] === true) continue;
          else if (kind === 'data') c.say(direction, bytes);
          else if (kind === 'lose') c.lose(direction, bytes.length + 1);
          else {
            closed[direction] = true;
            c.close(direction, bytes.length % 2 === 0 ? 'fin' : 'rst');
          }
        }
        for (const { request: asked, response: answer } of c.end().exchanges) {
          for (const message of [asked, answer]) if (message !== undefined) expectSound(message);
        }
      }),
      { numRuns: 3000 },
    );
  });

  function expectSound(message: Message): void {
    const missing = message.missing.reduce((sum, range) => sum + range.byteCount, 0);
    const kept = messageBytes(message).length;
    if (!message.truncated) expect(kept + missing).toBe(message.byteCount);
    else expect(kept + missing).toBeLessThanOrEqual(message.byteCount);
    if (message.complete) expect(missing).toBe(0);
  }
});

describe('ResponseFramer', () => {
  test('finds the same answers in any cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pipeline, cuts, ({ pairs, answered }, sizes) => {
        const seen: [number, number][] = [];
        const framer = new ResponseFramer({
          complete: ({ status, byteCount }) => seen.push([status, byteCount]),
          failed: (reason) => expect.unreachable(reason),
        });
        for (const [{ verb }] of pairs) framer.expect(verb);
        const bytes = Buffer.from(answered.map(({ interim, final }) => interim + final).join(''), 'latin1');
        let at = 0;
        for (let i = 0; at < bytes.length; i++) {
          const stop = Math.min(bytes.length, at + (sizes[i % sizes.length] as number));
          framer.push(bytes, at, stop);
          at = stop;
        }
        expect(seen).toEqual(pairs.map(([, { status }], i) => [status, answered[i]?.final.length]));
        expect(framer.outstanding).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('random bytes never throw, and fail at most once', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (pieces) => {
        let failures = 0;
        const framer = new ResponseFramer({ complete: () => {}, failed: () => failures++ });
        framer.expect('GET');
        for (const piece of pieces) framer.push(piece, 0, piece.length);
        framer.end();
        expect(failures).toBeLessThanOrEqual(1);
      }),
    );
  });
});
