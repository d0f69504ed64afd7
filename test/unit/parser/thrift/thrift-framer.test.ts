import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FramedReply, ThriftFramer } from '../../../../parser/index.ts';
import {
  anyStruct,
  apacheMessage,
  framed,
  i32,
  KIND,
  meshHeader,
  struct,
  text,
  theader,
  ttheader,
} from '../../../support/thrift/index.ts';

/** What a framer says that expects so many replies, given the bytes in these pieces. */
function framing(pieces: readonly Uint8Array[], expected: number, ends = false): (FramedReply | string)[] {
  const said: (FramedReply | string)[] = [];
  const framer = new ThriftFramer({ complete: (reply) => said.push(reply), failed: (reason) => said.push(reason) });
  for (let i = 0; i < expected; i++) framer.expect();
  for (const piece of pieces) framer.push(Buffer.from(piece), 0, piece.length);
  if (ends) framer.end();
  return said;
}

const RESULT = struct([0, struct([1, text('found')], [2, i32(5)])]);
const reply = (sequenceId: number, encoding: 'binary' | 'binary-old' | 'compact' = 'binary') =>
  apacheMessage(encoding, { name: 'find', kind: KIND.reply, sequenceId, body: RESULT });

const WRAPS: Readonly<Record<string, (payload: Buffer, sequenceId: number) => Buffer>> = {
  unframed: (payload) => payload,
  framed: (payload) => framed(payload),
  theader: (payload) => theader(payload, { text: { a: 'b' } }),
  'theader, zlib': (payload, sequenceId) => theader(deflateSync(payload), { transforms: [1], sequenceId }),
  ttheader: (payload) => ttheader(payload, { text: { a: 'b' } }),
  'ttheader, framed': (payload) => ttheader(framed(payload)),
  mesh: (payload) => meshHeader(payload, { a: 'b' }),
  'mesh, framed': (payload) => meshHeader(framed(payload), {}),
};

describe('ThriftFramer', () => {
  for (const [name, wrap] of Object.entries(WRAPS)) {
    test(`${name}: however the replies are cut, each ends where it ends`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.record({ sequenceId: fc.integer(), body: anyStruct(2) }), { minLength: 1, maxLength: 4 }),
          // Nobody puts the old form behind MeshHeader: there its length of a name would be one of a frame.
          fc.constantFrom('binary' as const, 'compact' as const, ...(name === 'mesh' ? [] : ['binary-old' as const])),
          fc.array(fc.nat(), { maxLength: 8 }),
          (replies, encoding, cuts) => {
            const messages = replies.map(({ sequenceId, body }) =>
              wrap(apacheMessage(encoding, { name: 'find', kind: KIND.reply, sequenceId, body }), sequenceId),
            );
            const bytes = Buffer.concat(messages);
            const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
            const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
            const kind = name === 'theader, zlib' ? 'unknown' : 'reply';
            const expected = replies.map(({ sequenceId }, i) => ({
              sequenceId,
              kind,
              byteCount: (messages[i] as Buffer).length,
            }));
            expect(framing(pieces, replies.length)).toMatchObject(expected);
          },
        ),
      );
    });
  }

  test('byte by byte', () => {
    const bytes = Buffer.concat([reply(1, 'compact'), reply(2, 'compact')]);
    const said = framing(
      Array.from(bytes, (octet) => Buffer.from([octet])),
      2,
    );
    expect(said).toMatchObject([{ sequenceId: 1, kind: 'reply' }, { sequenceId: 2 }]);
  });

  test('empty frames between replies are passed over', () => {
    const empty = Buffer.alloc(4);
    const bytes = Buffer.concat([empty, framed(reply(1)), empty, framed(reply(2))]);
    const said = [{ sequenceId: 1 }, { sequenceId: 2 }];
    expect(framing([bytes], 2)).toMatchObject(said);
    expect(
      framing(
        Array.from(bytes, (octet) => Buffer.from([octet])),
        2,
      ),
    ).toMatchObject(said);
  });

  for (const encoding of ['binary', 'binary-old', 'compact'] as const) {
    for (const [name, wrap] of Object.entries(WRAPS)) {
      if (name === 'theader, zlib' || (name === 'mesh' && encoding === 'binary-old')) continue;
      test(`${name}, ${encoding}: the places of the sequence id are told`, () => {
        const bytes = wrap(reply(77, encoding), 77);
        const [said] = framing([bytes], 1) as FramedReply[];
        const id = bytes.subarray(said?.sequenceStart, said?.sequenceEnd);
        expect([...id]).toEqual(encoding === 'compact' ? [77] : [0, 0, 0, 77]);
        expect(said?.headerSequenceAt).toBe(name.includes('theader') ? 8 : -1);
      });
    }
  }

  test('of a compressed reply only the header tells the id', () => {
    const bytes = theader(deflateSync(reply(5)), { transforms: [1], sequenceId: 9 });
    expect(framing([bytes], 1)).toMatchObject([
      { sequenceId: 9, sequenceStart: 0, sequenceEnd: 0, headerSequenceAt: 8 },
    ]);
  });

  test('reply by reply: each call stops behind the one that ended', () => {
    const said: number[] = [];
    const framer = new ThriftFramer({ complete: (one) => said.push(one.sequenceId), failed: () => said.push(-1) });
    const bytes = Buffer.concat([framed(reply(1)), reply(2)]);
    for (let i = 0; i < 2; i++) framer.expect();
    const first = framer.pushReply(bytes, 0, bytes.length);
    expect(first).toBe(framed(reply(1)).length);
    expect(said).toEqual([1]);
    expect(framer.pushReply(bytes, first, bytes.length)).toBe(bytes.length);
    expect(said).toEqual([1, 2]);
  });

  test('an exception is told from a reply', () => {
    const body = struct([1, text('no')], [2, i32(1)]);
    const bytes = apacheMessage('binary', { name: 'find', kind: KIND.exception, sequenceId: 3, body });
    expect(framing([framed(bytes)], 1)).toMatchObject([{ sequenceId: 3, kind: 'exception' }]);
  });

  test('what is no Thrift, and a reply to nothing, fail once', () => {
    expect(framing([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), reply(1)], 1)).toEqual(['not-thrift']);
    expect(framing([reply(1), reply(2), reply(3)], 1)).toMatchObject([{ sequenceId: 1 }, 'unexpected-response']);
  });

  test('the peer closes', () => {
    expect(framing([], 0, true)).toEqual([]);
    expect(framing([], 1, true)).toEqual(['closed-before-response']);
    expect(framing([reply(1).subarray(0, 3)], 1, true)).toEqual(['response-incomplete']);
    expect(framing([reply(1).subarray(0, -1)], 1, true)).toEqual(['response-incomplete']);
  });
});
