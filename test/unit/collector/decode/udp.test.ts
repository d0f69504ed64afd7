/** UDP that is no tunnel is named; a tunnel's port alone makes none. */
import { expect, test } from 'vitest';
import { LINK_TYPE } from '../../../../core/index.ts';
import { encodeIp, encodeLink, join, type SegmentFields, uint16 } from '../../../support/packets/index.ts';
import { decode, decodeAll } from './decoded.ts';

const NOTHING = new Uint8Array(12);
const TEREDO = join(
  Uint8Array.of(0x60, 0, 0, 0, 0, 4, 59, 64),
  Uint8Array.of(0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  new Uint8Array(16),
  new Uint8Array(4),
);

function udp(ports: readonly [number, number], payload: Uint8Array, length = payload.length + 8): Uint8Array {
  const fields: SegmentFields = {
    source: { address: '10.0.0.1', port: 0 },
    destination: { address: '10.0.0.2', port: 0 },
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    payload,
  };
  const datagram = join(uint16(ports[0]), uint16(ports[1]), uint16(length), uint16(0), payload);
  const link = { linkType: LINK_TYPE.ethernet, vlans: [], interfaceIndex: 0 };
  return encodeLink(link, encodeIp(fields, datagram, { protocol: 17 }));
}

test.each([
  ['dns', [50_000, 53], NOTHING],
  ['dns', [53, 50_000], NOTHING],
  ['other', [50_000, 53], new Uint8Array(11)],
  ['mdns', [5353, 5353], NOTHING],
  ['llmnr', [50_000, 5355], NOTHING],
  ['ntp', [123, 123], NOTHING],
  ['dhcp', [68, 67], NOTHING],
  ['dhcp', [546, 547], NOTHING],
  ['ssdp', [50_000, 1900], NOTHING],
  ['syslog', [50_000, 514], NOTHING],
  ['sip', [5060, 5060], NOTHING],
  ['snmp', [50_000, 161], NOTHING],
  ['ike', [4500, 4500], NOTHING],
  ['l2tp', [1701, 1701], NOTHING],
  ['quic', [50_000, 443], Uint8Array.of(0x41, 1, 2, 3)],
  ['other', [50_000, 443], Uint8Array.of(0x01)],
  ['quic', [50_000, 9443], Uint8Array.of(0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6)],
  ['quic', [50_000, 9443], Uint8Array.of(0xc3, 0xff, 0, 0, 29, 8, 1, 2, 3, 4, 5, 6)],
  ['dtls', [50_000, 9443], Uint8Array.of(22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['stun', [50_000, 3478], Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0)],
  ['teredo', [50_000, 3544], NOTHING],
  ['teredo', [50_000, 50_001], TEREDO],
  ['other', [50_000, 50_001], TEREDO.subarray(0, 40)],
  ['other', [50_000, 50_001], NOTHING],
  ['other', [50_000, 50_001], new Uint8Array(0)],
  ['other', [50_000, 4789], Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0)],
  ['other', [50_000, 4789], Uint8Array.of(8, 0, 0)],
  ['other', [50_000, 4790], Uint8Array.of(4, 0, 0, 3, 0, 0, 1, 0)],
  ['other', [50_000, 6081], Uint8Array.of(0xc0, 0, 8, 0, 0, 0, 1, 0)],
  ['other', [50_000, 4754], Uint8Array.of(0x40, 0, 8, 0)],
  ['other', [50_000, 4754], Uint8Array.of(0, 0, 8)],
  ['other', [50_000, 4754], Uint8Array.of(0, 0, 1, 2)],
  ['gtp', [2152, 2152], Uint8Array.of(0x30, 1, 0, 0, 0, 0, 0, 1)],
  ['gtp', [2152, 2152], Uint8Array.of(0x50, 255, 0, 0, 0, 0, 0, 1)],
] as const)('%s on ports %j', (name, ports, payload) => {
  expect(decode(udp(ports, payload)).outcome).toBe(`not-tcp:udp:${name}`);
});

test('questions and answers of DNS are counted, those of its relatives too', () => {
  const answer = Uint8Array.of(1, 2, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0);
  const { ledger } = decodeAll([
    udp([50_000, 53], NOTHING),
    udp([53, 50_000], answer),
    udp([5353, 5353], answer),
    udp([50_000, 5355], NOTHING),
    udp([50_000, 123], NOTHING),
  ]);
  expect([ledger.fact('dns-queries'), ledger.fact('dns-responses')]).toEqual([2, 2]);
});

test.each([
  ['a UDP header that ends', udp([1, 2], NOTHING).subarray(0, -16), 'truncated'],
  ['a tunnel with nothing inside', udp([1, 4789], Uint8Array.of(8, 0, 0, 0, 0, 0, 1, 0)), 'malformed'],
  ['a service header of GPE', udp([1, 4790], Uint8Array.of(12, 0, 0, 4, 0, 0, 1, 0)), 'not-ip:other'],
  ['options of Geneve that end', udp([1, 6081], Uint8Array.of(63, 0, 8, 0, 0, 0, 1, 0)), 'malformed'],
  [
    'an extension of GTP of no length',
    udp([1, 2152], Uint8Array.of(0x34, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0)),
    'malformed',
  ],
])('%s', (_, packet, reason) => {
  expect(decode(packet).outcome).toMatch(reason);
});

test('a length of 0, before the network card cut the datagram, means up to its end', () => {
  expect(decode(udp([50_000, 53], NOTHING, 0)).outcome).toBe('not-tcp:udp:dns');
});
