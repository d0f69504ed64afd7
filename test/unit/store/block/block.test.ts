import { expect, test } from 'vitest';
import { decodeBlock, encodeBlock, packPayload } from '../../../../store/block/block.ts';

const EXCHANGES = ['first', '', 'the third, again and again and again and again and again'];

function payload(): Buffer {
  const spans: { start: number; end: number }[] = [];
  let end = 0;
  for (const text of EXCHANGES) {
    spans.push({ start: end, end: end + text.length });
    end += text.length;
  }
  return packPayload(Buffer.from(EXCHANGES.join('')), spans);
}

test('what was packed comes back, with its number', async () => {
  const block = decodeBlock(await encodeBlock(0x1234_5678_9abc, 3, payload()));
  if (typeof block === 'string') throw new Error(block);
  expect(block).toMatchObject({ sequence: 0x1234_5678_9abc, count: 3 });
  expect(EXCHANGES.map((_, position) => Buffer.from(block.exchangeBytes(position)).toString())).toEqual(EXCHANGES);
});

test('the header is as drawn', async () => {
  const bytes = await encodeBlock(7, 3, payload());
  expect(bytes.subarray(0, 4).toString()).toBe('BCBK');
  expect([...bytes.subarray(4, 8)]).toEqual([1, 1, 3, 0]);
  expect(bytes.readUIntBE(12, 6)).toBe(7);
});

test('what lz4 cannot shrink is kept as it is', async () => {
  const bytes = await encodeBlock(1, 1, packPayload(Buffer.from([1, 2, 3]), [{ start: 0, end: 3 }]));
  expect(bytes[5]).toBe(0);
  expect(decodeBlock(bytes)).toMatchObject({ count: 1 });
});

test('any flipped bit is noticed, any cut too', async () => {
  const bytes = await encodeBlock(1, 3, payload());
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
    expect(decodeBlock(flipped), `byte ${at}`).toBeTypeOf('string');
    expect(decodeBlock(bytes.subarray(0, at)), `first ${at} bytes`).toBeTypeOf('string');
  }
});
