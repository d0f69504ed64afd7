/** Blocks as builds before this one wrote them: every version is read for good. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { decodeBlock, readBlockHeader } from '../../../../store/block/block.ts';
import { goldenExchanges, goldenKey, goldenNoise } from './golden-exchanges.ts';

const BLOCKS = [
  { name: 'block-v1-lz4', sequence: 0x12_3456_789a, exchanges: goldenExchanges },
  { name: 'block-v1-raw', sequence: 7, exchanges: [goldenNoise] },
  { name: 'block-v2-lz4', sequence: 0x12_3456_789a, exchanges: goldenExchanges },
  { name: 'block-v2-raw', sequence: 7, exchanges: [goldenNoise] },
  { name: 'block-v2-lz4-aes', sequence: 0x12_3456_789a, exchanges: goldenExchanges },
];

test.each(BLOCKS)('$name is read', async ({ name, sequence, exchanges }) => {
  const bytes = await readFile(new URL(`./${name}.bin`, import.meta.url));
  const header = readBlockHeader(bytes);
  if (typeof header === 'string') throw new Error(header);
  expect(header).toMatchObject({ sequence, count: exchanges.length });
  expect(header.keyId).toBe(name.endsWith('-aes') ? goldenKey.id : '');
  const block = await decodeBlock(bytes, header, goldenKey);
  if (typeof block === 'string') throw new Error(block);
  expect(block.exchanges(0xffff_ffff, 0xffff_ffff).map(plain)).toEqual(exchanges.map(plain));
});

/** Views of a block and arrays of their own compare alike. */
function plain(exchange: Exchange): unknown {
  return JSON.parse(
    JSON.stringify(exchange, (_, value) => (ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value)),
  );
}
