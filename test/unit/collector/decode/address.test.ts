import { expect, test } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../../../collector/decode/address.ts';

test('IPv4 is dotted, high addresses too', () => {
  expect([formatIpv4(0x7f000001), formatIpv4(0xc0a80102 | 0)]).toEqual(['127.0.0.1', '192.168.1.2']);
});

test.each([
  [[0, 0, 0, 0], '::'],
  [[0, 0, 0, 1], '::1'],
  [[0x20010db8, 0, 0, 0], '2001:db8::'],
  [[0x20010db8, 0, 0x00010000, 1], '2001:db8::1:0:0:1'],
  [[0x20010db8, 0x00000001, 0x00010001, 0x00010001], '2001:db8:0:1:1:1:1:1'],
  [[0xfe800000, 0, 0xabcdef01, 0x2345ffff | 0], 'fe80::abcd:ef01:2345:ffff'],
] as const)('IPv6 %j is %s (RFC 5952)', ([one, two, three, four], text) => {
  expect(formatIpv6(one, two, three, four)).toBe(text);
});
