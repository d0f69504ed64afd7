import { expect, test } from 'vitest';
import { addressBytes } from '../../../../formats/recorded/ip-address.ts';

test.each([
  ['10.0.0.255', '0a0000ff'],
  ['::1', '00000000000000000000000000000001'],
  ['::', '00000000000000000000000000000000'],
  ['2001:db8::1:2', '20010db8000000000000000000010002'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
])('%s is %s', (address, digits) => expect(addressBytes(address).toString('hex')).toBe(digits));

test.each(['', 'shop.example', '1.2.3', 'unix'])('%j is no address: four zeros', (address) =>
  expect(addressBytes(address)).toEqual(Buffer.alloc(4)),
);

test.each([':', ':::', '1::2::3', '1:2', '1:2:3:4:5:6:7:8:9', 'x::y', '12345::', '1:2:3:4:5:6:7:8::'])(
  '%j is no IPv6 address: sixteen zeros',
  (address) => expect(addressBytes(address)).toEqual(Buffer.alloc(16)),
);
