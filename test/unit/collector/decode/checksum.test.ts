import { expect, test } from 'vitest';
import type { Packet } from '../../../../core/index.ts';
import { conversation } from '../../../support/packets/index.ts';
import { decode, newDecoder, patched } from './decoded.ts';

const IP = 14;
const CHECKSUM = IP + 20 + 16;
const CHECKSUM_V6 = IP + 40 + 16;
const V6 = { client: '[fe80::1]:4000', server: '[fe80::2]:80' };

function packet(options: object, data = 'hello'): Uint8Array {
  return (conversation(options).client(data).packets[0] as Packet).data;
}

function verify(bytes: Uint8Array) {
  const { outcome, ledger } = decode(bytes, newDecoder('verify'));
  return [outcome, ledger.fact('checksums-partial')];
}

test('right checksums pass, of payloads of even and odd length', () => {
  for (const options of [{}, V6]) {
    expect(verify(packet(options))).toEqual(['segment', 0]);
    expect(verify(packet(options, 'hell'))).toEqual(['segment', 0]);
  }
});

test('a flipped bit is a bad checksum, and nothing when nobody asked', () => {
  const tcp = patched(packet({}), [IP + 20 + 20, 0x69]);
  const ip = patched(packet({}), [IP + 8, 63]);
  const v6 = patched(packet(V6), [IP + 40 + 20, 0x69]);
  expect([verify(tcp), verify(ip), verify(v6)]).toEqual([
    ['bad-checksum:tcp', 0],
    ['bad-checksum:ip', 0],
    ['bad-checksum:tcp', 0],
  ]);
  expect([tcp, ip, v6].map((bytes) => decode(bytes).outcome)).toEqual(['segment', 'segment', 'segment']);
});

test('what the sender left to its network card is taken, and counted', () => {
  const words = (...values: number[]) => {
    let sum = values.reduce((one, other) => one + other, 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return sum;
  };
  const addresses = [0x0a00, 1, 0x0a00, 2];
  for (const partial of [0, words(...addresses, 6, 25), words(...addresses, 6)]) {
    const bytes = patched(packet({}), [CHECKSUM, partial >> 8], [CHECKSUM + 1, partial & 0xff]);
    expect(verify(bytes)).toEqual(['segment', 1]);
  }
  const v6 = words(0xfe80, 1, 0xfe80, 2, 6, 25);
  expect(verify(patched(packet(V6), [CHECKSUM_V6, v6 >> 8], [CHECKSUM_V6 + 1, v6 & 0xff]))).toEqual(['segment', 1]);
  expect(verify(patched(packet({}), [IP + 10, 0], [IP + 11, 0]))).toEqual(['segment', 1]);
});

test('headers of tunnels are verified, and what is inside', () => {
  const tunnelled = packet({ layers: [{ kind: 'ip-in-ip' }] });
  expect(verify(tunnelled)).toEqual(['segment', 0]);
  expect(verify(patched(tunnelled, [IP + 8, 1]))).toEqual(['bad-checksum:ip', 0]);
  expect(verify(patched(tunnelled, [IP + 20 + 8, 1]))).toEqual(['bad-checksum:ip', 0]);
  expect(verify(patched(tunnelled, [IP + 60, 0x69]))).toEqual(['bad-checksum:tcp', 0]);
});

test('a packet that the snap length cut cannot be verified, and is taken', () => {
  const [whole] = conversation().client('hello').packets as [Packet];
  const cut = { ...whole, data: patched(whole.data, [CHECKSUM, 1]), end: whole.end - 1 };
  expect(decode(cut, newDecoder('verify')).outcome).toBe('segment');
});
