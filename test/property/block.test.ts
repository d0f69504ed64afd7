/** Blocks: what is encoded comes back, with and without a key; random bytes are refused, never thrown about. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBlock, encodeBlock, readBlockHeader } from '../../store/block/block.ts';
import { packPayload } from '../../store/block/payload.ts';
import { readKeyList, toKeyLists } from '../../store/level/key-list.ts';

const KEY = { id: '0a1b2c3d', bytes: new Uint8Array(32).fill(7) };
const bytes = fc.uint8Array({ maxLength: 300 });

test('decode of encode is the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(bytes, { minLength: 1, maxLength: 64 }),
      fc.integer({ min: 1, max: 2 ** 48 - 1 }),
      fc.boolean(),
      async (exchanges, sequence, isEncrypted) => {
        const all = Buffer.concat(exchanges);
        let end = 0;
        const spans = exchanges.map(({ length }) => {
          end += length;
          return { start: end - length, end };
        });
        const key = isEncrypted ? KEY : undefined;
        const encoded = await encodeBlock(sequence, exchanges.length, packPayload(all, spans), key);
        const header = readBlockHeader(encoded);
        if (typeof header === 'string') throw new Error(header);
        const block = await decodeBlock(encoded, header, key);
        if (typeof block === 'string') throw new Error(block);
        expect(block).toMatchObject({ sequence, count: exchanges.length });
        for (const [position, exchange] of exchanges.entries()) {
          expect(Buffer.compare(block.exchangeBytes(position), exchange)).toBe(0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('random bytes behind a header that was believed are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      async (body, count, codec, isEncrypted) => {
        expect(typeof readBlockHeader(body)).toBe('string');
        const header = { sequence: 1, count, codec, keyId: isEncrypted ? KEY.id : '' };
        const block = await decodeBlock(Buffer.concat([Buffer.alloc(18), body]), header, KEY);
        if (typeof block !== 'string') for (let i = 0; i < count; i++) block.exchangeBytes(i);
      },
    ),
    { numRuns: 200 },
  );
});

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
