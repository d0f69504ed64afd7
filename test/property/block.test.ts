/** Blocks: what is encoded comes back, with and without a key; random bytes are refused, never thrown about. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytecopyError, compareExchangeIds, type Exchange, type Message } from '../../core/index.ts';
import { decodeBlock, encodeBlock, readBlockHeader } from '../../store/block/block.ts';
import { PayloadPacker, unpackPayload } from '../../store/block/payload.ts';
import { readKeyList, toKeyLists } from '../../store/level/key-list.ts';
import { anyExchange } from '../support/exchanges/any-exchange.ts';
import { exchange, flow } from '../support/exchanges/index.ts';

const KEY = { id: '0a1b2c3d', bytes: new Uint8Array(32).fill(7) };
const bytes = fc.uint8Array({ maxLength: 300 });

const ALL = 0xffff_ffff;

/** As most traffic is: in one piece, nothing missing, times that lie near each other. */
const usualExchange = fc.tuple(anyExchange, fc.nat(0xff_ffff), fc.nat(99_999)).map(([one, at, took]): Exchange => {
  const usual = (message: Message | undefined): Message | undefined =>
    message && { ...message, byteCount: message.parts.length, missing: [], firstByteAt: at, lastByteAt: at + took };
  const { id, request, response } = one;
  return { ...one, id: { ...id, at }, interim: [], turns: [], request: usual(request), response: usual(response) };
});

const exchangesOfBlock = fc
  .array(fc.oneof(usualExchange, anyExchange), { minLength: 1, maxLength: 64 })
  .map((exchanges) => exchanges.sort((one, other) => compareExchangeIds(one.id, other.id)));

test('decode of encode is the same exchanges, with and without a key', async () => {
  await fc.assert(
    fc.asyncProperty(
      exchangesOfBlock,
      fc.integer({ min: 1, max: 2 ** 48 - 1 }),
      fc.boolean(),
      async (exchanges, sequence, isEncrypted) => {
        const key = isEncrypted ? KEY : undefined;
        const encoded = await encodeBlock(sequence, exchanges.length, new PayloadPacker().pack(exchanges), key);
        const header = readBlockHeader(encoded);
        if (typeof header === 'string') throw new Error(header);
        const block = await decodeBlock(encoded, header, key);
        if (typeof block === 'string') throw new Error(block);
        expect(block).toMatchObject({ sequence, count: exchanges.length });
        expect(block.exchanges(ALL, ALL).map(plain)).toEqual(exchanges.map(plain));
      },
    ),
    { numRuns: 50 },
  );
});

test('positions that are not wanted are passed over', () => {
  fc.assert(
    fc.property(exchangesOfBlock, fc.nat(ALL), fc.nat(ALL), (exchanges, low, high) => {
      const wanted = exchanges.filter((_, n) => (((n < 32 ? low : high) >>> (n & 31)) & 1) === 1);
      const read = unpackPayload(new PayloadPacker().pack(exchanges), exchanges.length, low, high);
      expect(read.map(plain)).toEqual(wanted.map(plain));
    }),
    { numRuns: 50 },
  );
});

test('one packer makes of exchanges what a new one makes of them', () => {
  const packer = new PayloadPacker();
  const broken = flow({ id: 'no hexadecimal' });
  // What was refused half way leaves nothing behind.
  expect(() => packer.pack([exchange(), exchange({ flow: broken })])).toThrow(TypeError);
  fc.assert(
    fc.property(exchangesOfBlock, (exchanges) => {
      expect(packer.pack(exchanges).equals(new PayloadPacker().pack(exchanges))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('a damaged payload, whose checksum was believed, gives exchanges or a BytecopyError', () => {
  fc.assert(
    fc.property(exchangesOfBlock, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (exchanges, damages) => {
      const payload = new PayloadPacker().pack(exchanges);
      for (const [at, octet] of damages) payload[at % Math.min(payload.length, 400)] = octet;
      refusedOrRead(() => unpackPayload(payload, exchanges.length, ALL, ALL));
    }),
    { numRuns: 300 },
  );
});

test('random bytes behind a header that was believed are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.constantFrom(1, 2),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      async (body, version, count, codec, isEncrypted) => {
        expect(typeof readBlockHeader(body)).toBe('string');
        const header = { version, sequence: 1, count, codec, keyId: isEncrypted ? KEY.id : '' };
        const block = await decodeBlock(Buffer.concat([Buffer.alloc(18), body]), header, KEY);
        if (typeof block !== 'string') refusedOrRead(() => block.exchanges(ALL, ALL));
      },
    ),
    { numRuns: 200 },
  );
});

function refusedOrRead(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(BytecopyError);
  }
}

/** Views of a block and arrays of their own compare alike. */
function plain(exchange: Exchange): unknown {
  return JSON.parse(
    JSON.stringify(exchange, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)),
  );
}

test('lists of keys come back sorted, and random bytes are none', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 4, maxLength: 30 })), bytes, (keys, noise) => {
      const read = toKeyLists(keys.map((key) => Buffer.from(key))).flatMap((list) => readKeyList(list) ?? []);
      const inOrder = (all: readonly Uint8Array[]): string[] =>
        all.map((key) => Buffer.from(key).toString('hex')).sort();
      expect(inOrder(read)).toEqual(inOrder(keys));
      expect(readKeyList({ key: Buffer.from(noise), value: Buffer.from([...noise, 1]) })).toBeUndefined();
    }),
  );
});
