import { expect, test } from 'vitest';
import { operationTemplate } from '../../../../store/index-terms/operation-template.ts';
import { countBits, decodePositions } from '../../../../store/level/posting.ts';
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

test('bytes that are no posting name nothing', () => {
  expect(decodePositions(Buffer.of(1), Buffer.of(64))).toBeUndefined();
  expect(decodePositions(Buffer.of(1), Buffer.of(1, 2, 3))).toBeUndefined();
  expect(decodePositions(Buffer.of(1), Buffer.of(63))).toMatchObject({ low: 0, high: 0x8000_0000 });
});

test('the end of a prefix carries', () => {
  expect(prefixEnd(Buffer.of(1, 0xff))).toEqual(Buffer.of(2));
  expect(prefixEnd(Buffer.of(0xff))).toBeUndefined();
  expect([0, 1, 0x8000_0001, 0xffff_ffff].map(countBits)).toEqual([0, 1, 2, 32]);
});
