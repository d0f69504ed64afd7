import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Direction, type Exchange, type Flow, Ledger } from '../../core/index.ts';
import { ExchangeParser, type ParserEvent } from '../../parser/index.ts';
import { type Conversation, conversation, HANDSHAKE_FLOW, textOf } from '../support/conversation.ts';
import {
  type Encoding,
  type Fields,
  framed,
  type Head,
  type Kind,
  mesh,
  message,
  theader,
  ttheader,
  type Value,
} from '../support/thrift/wire.ts';

const word = fc.stringMatching(/^[a-z]{3,12}$/);
const kinds: readonly Kind[] = [
  'bool',
  'byte',
  'i16',
  'i32',
  'i64',
  'double',
  'string',
  'uuid',
  'struct',
  'list',
  'set',
  'map',
];

function valueOfKind(kind: Kind, depth: number): fc.Arbitrary<Value> {
  const inner = fc.constantFrom(...(depth === 0 ? kinds.slice(0, 8) : kinds));
  switch (kind) {
    case 'bool':
      return fc.boolean().map((value) => ({ is: kind, value }));
    case 'byte':
    case 'i16':
    case 'i32':
      return fc.integer({ min: -128, max: 127 }).map((value) => ({ is: kind, value }));
    case 'i64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ is: kind, value }));
    case 'double':
      return fc.double().map((value) => ({ is: kind, value }));
    case 'string':
      return fc
        .oneof(fc.string({ maxLength: 40 }), fc.constant('\x80\x01\x00\x01\x00\x00\x00\x03abc\x00\x00\x00\x00\x00'))
        .map((value) => ({ is: kind, value }));
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((value) => ({ is: kind, value }));
    case 'struct':
      return fieldsOf(depth - 1).map((fields) => ({ is: kind, fields }));
    case 'list':
    case 'set':
      return inner.chain((of) =>
        fc.array(valueOfKind(of, depth - 1), { maxLength: 20 }).map((values) => ({ is: kind, of, values })),
      );
    case 'map':
      return fc
        .tuple(inner, inner)
        .chain(([keys, of]) =>
          fc
            .array(fc.tuple(valueOfKind(keys, depth - 1), valueOfKind(of, depth - 1)), { maxLength: 5 })
            .map((entries) => ({ is: kind, keys, of, entries })),
        );
    default:
      return kind satisfies never;
  }
}

function fieldsOf(depth: number): fc.Arbitrary<Fields> {
  const field = fc
    .constantFrom(...(depth <= 0 ? kinds.slice(0, 8) : kinds))
    .chain((kind) => fc.tuple(fc.integer({ min: 0, max: 300 }), valueOfKind(kind, Math.max(0, depth))));
  return fc
    .uniqueArray(field, { maxLength: 5, selector: ([id]) => id })
    .map((fields) => fields.sort(([a], [b]) => a - b));
}

const TRANSPORTS: readonly ((payload: Uint8Array) => Uint8Array)[] = [
  (payload) => payload,
  framed,
  (payload) => theader(payload, { values: { 'x-trace-id': 'abc' } }),
  (payload) => theader(payload, { zlib: true }),
  (payload) => ttheader(payload, { integers: { 2: 'abc' }, token: 'token' }),
  (payload) => ttheader(framed(payload)),
  (payload) => mesh(payload, { a: 'b' }),
  (payload) => mesh(framed(payload)),
];

interface Rpc {
  readonly name: string;
  /** 1 call, 4 oneway. */
  readonly type: number;
  readonly failed: boolean;
  readonly asked: Fields;
  readonly answered: Fields;
}

const rpc: fc.Arbitrary<Rpc> = fc.record({
  name: word,
  type: fc.constantFrom(1, 1, 1, 4),
  failed: fc.boolean(),
  asked: fieldsOf(3),
  answered: fieldsOf(2),
});

const talk = fc.record({
  rpcs: fc.array(rpc, { minLength: 1, maxLength: 6 }),
  encoding: fc.constantFrom<Encoding>('binary', 'binary-old', 'compact'),
  transport: fc.nat(TRANSPORTS.length - 1),
  zeroIds: fc.boolean(),
});

const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

function wired({ rpcs, encoding, transport, zeroIds }: typeof talk extends fc.Arbitrary<infer T> ? T : never) {
  // Old binary has no mark of its own: within a header only frames carry it.
  const wrap = TRANSPORTS[encoding === 'binary-old' ? transport % 2 : transport] as (payload: Uint8Array) => Uint8Array;
  const write = (head: Head, fields: Fields) => Buffer.from(wrap(message(encoding, head, fields)));
  const asked = rpcs.map(({ name, type, asked: fields }, n) =>
    write({ type, name, sequenceId: zeroIds ? 0 : n + 1 }, fields),
  );
  const answered = rpcs.flatMap(({ name, type, failed, answered: fields }, n) =>
    type === 4 ? [] : [write({ type: failed ? 3 : 2, name, sequenceId: zeroIds ? 0 : n + 1 }, fields)],
  );
  return { asked, answered };
}

/** Says the bytes in pieces of these sizes, again and again. */
function sayInPieces(c: Conversation, direction: 0 | 1, bytes: Uint8Array, sizes: readonly number[]): void {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    c.say(direction, bytes.subarray(at, at + size));
    at += size;
  }
}

const untimed = (exchanges: readonly Exchange[]) =>
  exchanges.map((e) => [
    e.operation,
    e.outcome,
    e.reason,
    e.id.offset,
    e.notes,
    e.attributes,
    e.trace,
    textOf(e.request),
    textOf(e.response),
    e.request?.headByteCount,
  ]);

describe('Thrift exchanges', () => {
  test('are the same for any cut, verbatim, and the ledger adds up', () => {
    fc.assert(
      fc.property(talk, cuts, cuts, (given, askCuts, answerCuts) => {
        const { asked, answered } = wired(given);
        const c = conversation();
        sayInPieces(c, 0, Buffer.concat(asked), askCuts);
        sayInPieces(c, 1, Buffer.concat(answered), answerCuts);
        c.end();
        const whole = conversation().client(Buffer.concat(asked)).server(Buffer.concat(answered)).end();
        expect(untimed(c.exchanges)).toEqual(untimed(whole.exchanges));
        const inOrder = [...c.exchanges].sort((one, other) => one.id.offset - other.id.offset);
        expect(inOrder.map(({ operation, outcome, reason }) => [operation, outcome, reason])).toEqual(
          given.rpcs.map(({ name, type }) => [name, type === 4 ? 'oneway' : 'paired', '']),
        );
        expect(inOrder.map(({ request }) => textOf(request))).toEqual(asked.map((bytes) => bytes.toString('latin1')));
        expect(inOrder.flatMap(({ response }) => (response === undefined ? [] : [textOf(response)]))).toEqual(
          answered.map((bytes) => bytes.toString('latin1')),
        );
      }),
      { numRuns: 400 },
    );
  });

  test("a hole anywhere never pairs a call with another one's answer, and loses no other exchange of a framed flow", () => {
    const hole = fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      from: fc.nat(400),
      size: fc.integer({ min: 1, max: 60 }),
    });
    const names = ['add', 'add', 'find', 'add', 'find'];
    fc.assert(
      fc.property(
        hole,
        fc.boolean(),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        fc.boolean(),
        ({ side, from, size }, ids, cut, frames, pipelined) => {
          const wrap = frames ? framed : (bytes: Buffer) => bytes;
          const text = (n: number): Fields => [[1, { is: 'string', value: `number-${n}-${'x'.repeat(30)}` }]];
          const asked = names.map((name, n) =>
            wrap(message('binary', { type: 1, name, sequenceId: ids ? n + 1 : 0 }, text(n))),
          );
          const answered = names.map((name, n) =>
            wrap(message('binary', { type: 2, name, sequenceId: ids ? n + 1 : 0 }, text(n))),
          );
          const warm = (type: number) =>
            Buffer.concat(
              [101, 102].map((id) => wrap(message('binary', { type, name: 'warm', sequenceId: ids ? id : 0 }))),
            );
          const c = conversation({}, HANDSHAKE_FLOW, cut);
          const said: [number, number] = [0, 0];
          const say = (direction: 0 | 1, bytes: Buffer) => {
            const start = said[direction];
            said[direction] += bytes.length;
            if (direction !== side || start + bytes.length <= from || start >= from + size)
              return void c.say(direction, bytes);
            const [lostFrom, lostTo] = [Math.max(0, from - start), Math.min(bytes.length, from + size - start)];
            c.say(direction, bytes.subarray(0, lostFrom));
            if (lostTo > lostFrom) c.lose(direction, lostTo - lostFrom);
            c.say(direction, bytes.subarray(lostTo));
          };
          // Pipelined: seen to be so before the hole, and then one call is always on its way.
          if (pipelined) c.client(warm(1)).server(warm(2));
          if (pipelined) say(0, asked[0] as Buffer);
          names.forEach((_, n) => {
            const next = asked[pipelined ? n + 1 : n];
            if (next !== undefined) say(0, next);
            say(1, answered[n] as Buffer);
          });
          c.end();
          const number = (text: string) => /number-(\d)-/.exec(text)?.[1];
          const touched = new Set<number>();
          let at = 0;
          (side === 0 ? asked : answered).forEach((bytes, n) => {
            if (at < from + size && from < at + bytes.length) touched.add(n);
            at += bytes.length;
          });
          for (const { request, response } of c.exchanges) {
            const [one, other] = [number(textOf(request)), number(textOf(response))];
            if (one !== undefined && other !== undefined) expect(one).toBe(other);
          }
          if (pipelined && !ids) return;
          const whole = c.exchanges.filter(({ outcome, reason }) => outcome === 'paired' && reason === '');
          expect(whole.length).toBeGreaterThanOrEqual(names.length - touched.size);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('every byte has one place: in a message, in a gap, or discarded', () => {
    const change = fc.record({ at: fc.nat(), octet: fc.integer({ min: 0, max: 255 }) });
    const hole = fc.record({ at: fc.nat(), size: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(talk, fc.array(change, { maxLength: 4 }), fc.option(hole), cuts, (given, changes, lost, sizes) => {
        const { asked, answered } = wired(given);
        const both = [Buffer.concat(asked), Buffer.concat(answered)] as const;
        changes.forEach(({ at, octet }, n) => {
          const bytes = both[(n % 2) as 0 | 1];
          if (bytes.length > 0) bytes[at % bytes.length] = octet;
        });
        const places: [number, number, Direction][] = [];
        const witness = {
          discarded: (_: Flow, direction: Direction, offset: number, byteCount: number) =>
            void places.push([offset, byteCount, direction]),
        };
        const parser = new ExchangeParser({ announceRequests: false }, { ledger: new Ledger(), witness });
        const take = (events: readonly ParserEvent[]) => {
          for (const event of events) {
            if (event.kind !== 'exchange') continue;
            const { request, response } = event.exchange;
            if (request !== undefined) places.push([request.streamOffset, request.byteCount, 0]);
            if (response !== undefined) places.push([response.streamOffset, response.byteCount, 1]);
            if (event.exchange.protocol !== 'thrift') fc.pre(false);
            for (const [side, direction] of [
              [request, 0],
              [response, 1],
            ] as const) {
              // Missing bytes stand in the message and in the gap.
              for (const { offset, byteCount } of side?.missing ?? []) {
                places.push([(side?.streamOffset ?? 0) + offset, -byteCount, direction]);
              }
            }
          }
        };
        const flow = HANDSHAKE_FLOW;
        for (const direction of [0, 1] as const) {
          const bytes = both[direction];
          const from = lost === null || direction === 0 ? bytes.length : lost.at % (bytes.length + 1);
          const to = lost === null || direction === 0 ? bytes.length : Math.min(bytes.length, from + lost.size);
          for (let at = 0, n = 0; at < bytes.length; n++) {
            if (at === from && to > from) {
              const gap = { offset: at, byteCount: to - from, reason: 'acknowledged', at: 1 } as const;
              take(parser.push({ kind: 'gap', flow, direction, ...gap }));
              places.push([at, to - from, direction]);
              at = to;
              continue;
            }
            const end = Math.min(at < from ? from : bytes.length, at + (sizes[n % sizes.length] as number));
            take(parser.push({ kind: 'data', flow, direction, offset: at, bytes: bytes.subarray(at, end), at: 1 }));
            at = end;
          }
        }
        take(parser.end(2));
        for (const direction of [0, 1] as const) {
          const counts = new Int32Array(both[direction].length);
          for (const [offset, byteCount, of] of places) {
            if (of !== direction) continue;
            for (let at = 0; at < Math.abs(byteCount); at++)
              counts[offset + at] = (counts[offset + at] as number) + Math.sign(byteCount);
          }
          expect([...counts]).toEqual(Array(counts.length).fill(1));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('random and mutated bytes never throw, and every byte is accounted for', () => {
    const change = fc.record({ at: fc.nat(), octet: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(talk, fc.array(change, { minLength: 1, maxLength: 8 }), cuts, (given, changes, sizes) => {
        const { asked, answered } = wired(given);
        const both = [Buffer.concat(asked), Buffer.concat(answered)] as const;
        changes.forEach(({ at, octet }, n) => {
          const bytes = both[(n % 2) as 0 | 1];
          if (bytes.length > 0) bytes[at % bytes.length] = octet;
        });
        const c = conversation();
        sayInPieces(c, 0, both[0], sizes);
        sayInPieces(c, 1, both[1], sizes);
        const { accounts, balanced } = c.end().ledger.report();
        expect(balanced).toBe(true);
        expect(accounts['stream bytes']?.in).toBe(both[0].length + both[1].length);
      }),
      { numRuns: 500 },
    );
  });
});
