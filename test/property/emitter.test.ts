import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Exchange, Ledger, MAX_PART_BYTES, type Message, type PreparedRequest } from '../../core/index.ts';
import { toHttp2Request } from '../../emitter/http2/http2-request.ts';
import { checkReplayOptions } from '../../emitter/options.ts';
import { readHeadFacts } from '../../emitter/request/head-facts.ts';
import { RequestPreparer } from '../../emitter/request/request-preparer.ts';
import { RunRecord } from '../../emitter/results/run-record.ts';
import { SendQueue } from '../../emitter/send-queue.ts';
import { parseTarget } from '../../emitter/target.ts';
import { rewriteRequest } from '../../parser/index.ts';
import { conversation } from '../support/conversation.ts';
import { plannedSend } from '../support/emitter/planned-send.ts';
import { exchange } from '../support/emitter/recording.ts';

test('the queue is an array that is pushed and shifted', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 500 }), fc.integer({ min: 1, max: 100 }), (pushes, maxCount) => {
      const queue = new SendQueue({ maxCount, maxBytes: 1_000_000 });
      const model: unknown[] = [];
      for (const [index, push] of pushes.entries()) {
        if (push) {
          const send = plannedSend({ index });
          const room = model.length < maxCount;
          expect(queue.offer(send)).toBe(room);
          if (room) model.push(send);
        } else {
          expect(queue.shift()).toBe(model.shift());
        }
        expect(queue.length).toBe(model.length);
        expect(queue.peek()).toBe(model[0]);
      }
    }),
  );
});

test('whatever becomes of the sends, in any order, the account adds up', () => {
  const outcome = fc.constantFrom('answered', 'failed', 'not-sent', 'refused', 'held');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 100 }), (outcomes) => {
      const ledger = new Ledger();
      const record = new RunRecord({ target: 't', runId: 'r', plan: undefined, ledger, onResult: undefined });
      record.start(0, 0);
      for (const one of outcomes) {
        const send = plannedSend();
        if (one === 'refused') record.refuse(exchange(''), 3, 'incomplete');
        else record.due(send);
        if (one === 'answered') record.answered(send);
        if (one === 'failed') record.failed(send, 'reset');
        if (one === 'not-sent') record.notSent(send, 'dropped');
      }
      const account = ledger.account('sends', 'answered').report();
      expect(account.balanced).toBe(true);
      expect(account.held).toBe(outcomes.filter((one) => one === 'held').length);
    }),
  );
});

const options = checkReplayOptions({ target: 'tcp://192.0.2.1:81', runId: 'run', writes: 'allow' });
const preparer = () => new RequestPreparer(options, [parseTarget(options.target)], undefined);

/** What a preparer makes of it; undefined where it is not sent. */
function prepared(recorded: Exchange): PreparedRequest | undefined {
  const one = preparer();
  if (one.check(recorded) !== undefined) return undefined;
  const request = one.build(recorded);
  expect(request.byteCount).toBe(request.parts.reduce((sum, part) => sum + part.length, 0));
  for (const part of request.parts) expect(part.length).toBeLessThanOrEqual(MAX_PART_BYTES);
  for (const { offset, byteCount } of request.sequence?.places ?? []) {
    expect(offset + byteCount).toBeLessThanOrEqual(request.byteCount);
  }
  return request;
}

const bytesOf = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('latin1');

/** The bytes in parts that are cut wherever. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  const ends = [...places, bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter((part) => part.length > 0);
}

describe('preparing', () => {
  test('an HTTP request is the recorded one but for the marker, however its bytes are kept', () => {
    const field = fc.tuple(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,20}$/));
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 5 }),
        fc.uint8Array({ maxLength: 100_000 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        (fields, body, cuts) => {
          const head = `POST /a HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
          const bytes = Buffer.concat([Buffer.from(head), body]);
          const recorded = exchange(head, { message: { parts: cutAt(bytes, cuts), byteCount: bytes.length } });
          const marked = rewriteRequest(
            { parts: [bytes], headByteCount: head.length },
            { setHeaders: [['x-bytecopy-replay', 'run']] },
          );
          expect(bytesOf(prepared(recorded)?.parts ?? [])).toBe(bytesOf(marked));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('bytes that lie never throw, whatever they are said to be', () => {
    const attributes = fc.record(
      {
        transport: fc.constantFrom('framed', 'unframed', 'theader', 'ttheader', 'mesh-framed', 'x'),
        encoding: fc.constantFrom('binary', 'compact', ''),
        call: fc.constantFrom('call', 'oneway'),
        tunnel: fc.constant('http1'),
      },
      { requiredKeys: ['transport', 'encoding'] },
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([Buffer.from('GET / HTTP/1.1\r\n'), rest])),
      fc
        .tuple(fc.constantFrom('0fff', '1000', '8001', '8221'), fc.uint8Array({ maxLength: 60 }))
        .map(([magic, rest]) => Buffer.concat([Buffer.from(`0000${magic}`, 'hex'), rest])),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('http1' as const, 'thrift' as const, 'tcp' as const),
        bytes,
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.nat(400),
        attributes,
        (protocol, octets, cuts, headByteCount, tells) => {
          const turns = [{ direction: 0 as const, byteCount: octets.length, firstByteAt: 0 }];
          const message: Partial<Message> = { parts: cutAt(octets, cuts), byteCount: octets.length, headByteCount };
          const outcome = protocol === 'tcp' ? 'session' : 'paired';
          const request = prepared(exchange('', { protocol, outcome, turns, attributes: tells, message }));
          if (request !== undefined) toHttp2Request(request);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a session is what its client said, at any cut of the stream', () => {
    const turn = fc.tuple(fc.nat(1), fc.uint8Array({ minLength: 1, maxLength: 50 }));
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 10 }), fc.integer({ min: 1, max: 60 }), (turns, cut) => {
        const said = conversation({}, undefined, cut).client('*1\r\n$4\r\nPING\r\n').server('+PONG\r\n');
        for (const [side, bytes] of turns) said.say(side as 0 | 1, bytes);
        const [session] = said.close(0).close(1).exchanges;
        const client = turns.filter(([side]) => side === 0).map(([, bytes]) => bytes);
        expect(bytesOf(prepared(session as Exchange)?.parts ?? [])).toBe(`*1\r\n$4\r\nPING\r\n${bytesOf(client)}`);
      }),
    );
  });
});

test('random bytes as a head never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 400 }), (bytes, headByteCount) => {
      expect(typeof readHeadFacts(bytes, Math.min(headByteCount, bytes.length)).host).toBe('string');
    }),
  );
});
