import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import {
  type Block,
  type BlockHeader,
  decodeBlock,
  encodeBlock,
  readBlockHeader,
} from '../../../../store/block/block.ts';
import type { BlockKeyMaterial } from '../../../../store/block/block-cipher.ts';
import { PayloadPacker } from '../../../../store/block/payload.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';

const TEXTS = ['first', '', 'the third, again and again and again and again and again'];
const ALL = 0xffff_ffff;
const KEY: BlockKeyMaterial = { id: '0a1b2c3d', bytes: new Uint8Array(32).fill(7) };

function exchangeWith(text: string, n: number): Exchange {
  return exchange({ id: { ...exchange().id, index: n }, request: message('', text), response: undefined });
}

function payload(): Buffer {
  return new PayloadPacker().pack(TEXTS.map(exchangeWith));
}

async function opened(bytes: Uint8Array, key?: BlockKeyMaterial): Promise<Block | string> {
  const header = readBlockHeader(bytes);
  return typeof header === 'string' ? header : await decodeBlock(bytes, header, key);
}

async function textsOf(bytes: Uint8Array, key?: BlockKeyMaterial): Promise<string[]> {
  const block = await opened(bytes, key);
  if (typeof block === 'string') throw new Error(block);
  return block.exchanges(ALL, ALL).map(({ request }) => Buffer.concat(request?.parts ?? []).toString());
}

test('what was packed comes back, with its number', async () => {
  const bytes = await encodeBlock(0x1234_5678_9abc, 3, payload());
  expect(readBlockHeader(bytes)).toEqual({ version: 2, sequence: 0x1234_5678_9abc, count: 3, codec: 1, keyId: '' });
  expect(await textsOf(bytes)).toEqual(TEXTS);
});

test('the header is as drawn', async () => {
  const bytes = await encodeBlock(7, 3, payload());
  expect(bytes.subarray(0, 4).toString()).toBe('BCBK');
  expect([...bytes.subarray(4, 8)]).toEqual([2, 1, 3, 0]);
  expect(bytes.readUIntBE(12, 6)).toBe(7);
});

test('what lz4 cannot shrink is kept as it is', async () => {
  const bytes = await encodeBlock(1, 1, Buffer.from([1, 2, 3]));
  expect(bytes[5]).toBe(0);
  expect(await opened(bytes)).toMatchObject({ count: 1 });
});

test('any flipped bit is noticed, any cut too, with and without a key', async () => {
  for (const key of [undefined, KEY]) {
    const bytes = await encodeBlock(1, 3, payload(), key);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      expect(readBlockHeader(flipped), `byte ${at}`).toBeTypeOf('string');
      expect(readBlockHeader(bytes.subarray(0, at)), `first ${at} bytes`).toBeTypeOf('string');
    }
  }
});

test('an encrypted block names its key, opens with it, and shows nothing of what it holds', async () => {
  const bytes = await encodeBlock(9, 3, payload(), KEY);
  expect(bytes[7]).toBe(1);
  expect(readBlockHeader(bytes)).toEqual({ version: 2, sequence: 9, count: 3, codec: 1, keyId: KEY.id });
  expect(await textsOf(bytes, KEY)).toEqual(TEXTS);
  expect(bytes.includes('third')).toBe(false);
});

test('without its key, or with another, an encrypted block says so', async () => {
  const bytes = await encodeBlock(9, 3, payload(), KEY);
  expect(await opened(bytes)).toBe('its key 0a1b2c3d is not there');
  expect(await opened(bytes, { ...KEY, bytes: new Uint8Array(32) })).toBe('key 0a1b2c3d does not open it');
});

test('two blocks of the same exchanges under one key are different bytes', async () => {
  const [one, other] = [await encodeBlock(9, 3, payload(), KEY), await encodeBlock(9, 3, payload(), KEY)];
  expect(one.equals(other)).toBe(false);
});

test('a body moved under another header does not open', async () => {
  const [bytes, other] = [await encodeBlock(9, 3, payload(), KEY), await encodeBlock(10, 3, payload(), KEY)];
  const moved = Buffer.concat([other.subarray(0, 18), bytes.subarray(18)]);
  const header = readBlockHeader(other) as BlockHeader;
  expect(await decodeBlock(moved, header, KEY)).toBe('key 0a1b2c3d does not open it');
});

test('a length that no lz4 could reach is refused before it is allocated', async () => {
  const bytes = await encodeBlock(1, 3, payload());
  bytes.writeUInt32LE(0x3fff_ffff, 18);
  const header: BlockHeader = { version: 2, sequence: 1, count: 3, codec: 1, keyId: '' };
  expect(await decodeBlock(bytes, header)).toBe('payload length out of range');
});
