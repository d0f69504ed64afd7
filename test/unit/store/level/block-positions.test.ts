import { expect, test } from 'vitest';
import { operationTemplate } from '../../../../store/index-terms/operation-template.ts';
import {
  countBits,
  forEachBlock,
  GroupPositions,
  keepListed,
  writePositions,
} from '../../../../store/level/block-positions.ts';
import { prefixEnd, textPrefix } from '../../../../store/level/posting-fields.ts';

test.each([
  ['GET /users/4711/orders', 'GET /users/{*}/orders'],
  ['GET /users/9f86d081-884c-4d65-9a2f-eaa0c55ad015', 'GET /users/{*}'],
  ['GET /t/4bf92f3577b34da6a3ce929d0e0e4736', 'GET /t/{*}'],
  ['GET /v2/items', 'GET /v2/items'],
  ['getItem', 'getItem'],
])('%s is indexed as %s', (operation, template) => {
  expect(operationTemplate(operation)).toBe(template);
});

test('values of one prefix are not those of a longer one', () => {
  const prefix = textPrefix('service', 'cat');
  expect(textPrefix('service', 'catalogue').subarray(0, prefix.length).equals(prefix)).toBe(false);
});

test('a long value is cut, the same way when it is asked for', () => {
  expect(textPrefix('reason', 'x'.repeat(5000))).toHaveLength(122);
});

/** Block, low, high; and the bytes of its positions behind the block's number. */
const FORMS: readonly (readonly [string, number, number, readonly number[]])[] = [
  ['the first alone', 1, 0, [0]],
  ['the last alone', 0, 1 << 31, [63]],
  ['the first two', 0b11, 0, [65]],
  ['the first 33', -1, 1, [96]],
  ['all', -1, -1, [127]],
  ['two others', 0b110, 0, [130, 1, 2]],
  ['seven', 0b1110, 0b1111, [135, 1, 2, 3, 32, 33, 34, 35]],
  ['eight others', 0b11110, 0b1111, [192, 0, 0, 0, 0b11110, 0, 0, 0, 0b1111]],
  ['all but the first', -2, -1, [192, 255, 255, 255, 254, 255, 255, 255, 255]],
];

test.each(FORMS)('positions are kept in the shortest form: %s', (_, low, high, form) => {
  const bytes = Buffer.alloc(16);
  const end = writePositions(bytes, 0, 5, low, high);
  expect([...bytes.subarray(0, end)]).toEqual([5, ...form]);
  expect(blocksOf(bytes.subarray(0, end))).toEqual([[5, low, high]]);
});

test('a list leaves of the positions of each block what it names', () => {
  const list = Buffer.alloc(64);
  let end = 0;
  for (const [block, low, high] of [
    [1, -1, -1],
    [3, 0b101, 0],
    [4, 0, 1],
  ] as const) {
    end = writePositions(list, end, block, low, high);
  }
  const left = new GroupPositions();
  left.fill(4);
  left.keep(1, 0b1100, 0);
  keepListed(list, 0, end, left);
  expect([0, 1, 2, 3].map((block) => [left.low[block], left.high[block]])).toEqual([
    [0, 0],
    [0b1100, 0],
    [0, 0],
    [0b101, 0],
  ]);
});

test('bytes that are no list name nothing, or blocks of the group', () => {
  for (const bytes of [[], [1], [200, 0], [1, 192, 0, 0], [1, 136, 0], [3, 0, 1, 0], [1, 135, 255, 255]]) {
    const left = new GroupPositions();
    left.fill(4);
    keepListed(Buffer.from(bytes), 0, bytes.length, left);
    expect(blocksOf(Buffer.from(bytes)).every(([block]) => block < 128)).toBe(true);
  }
  expect(blocksOf(Buffer.of(1, 192, 0, 0))).toEqual([]);
});

test('the end of a prefix carries', () => {
  expect(prefixEnd(Buffer.of(1, 0xff))).toEqual(Buffer.of(2));
  expect(prefixEnd(Buffer.of(0xff))).toBeUndefined();
  expect([0, 1, 0x8000_0001, 0xffff_ffff].map(countBits)).toEqual([0, 1, 2, 32]);
});

function blocksOf(bytes: Buffer): [number, number, number][] {
  const blocks: [number, number, number][] = [];
  forEachBlock(bytes, 0, bytes.length, (block, low, high) => blocks.push([block, low, high]));
  return blocks;
}
