import { expect, test } from 'vitest';
import { LINK_TYPE, type Packet } from '../../../../core/index.ts';
import {
  conversation,
  encodeIp,
  encodeLink,
  encodeTcp,
  join,
  packetOf,
  type SegmentFields,
  TCP_FLAG,
} from '../../../support/packets/index.ts';
import { decode, patched } from './decoded.ts';

const FIELDS: SegmentFields = {
  source: { address: '10.0.0.1', port: 40_000 },
  destination: { address: '10.0.0.2', port: 80 },
  sequence: 0xfffffff0,
  acknowledgment: 7,
  flags: TCP_FLAG.ack,
  window: 500,
  payload: Buffer.from('hello'),
};
const ETHERNET = { linkType: LINK_TYPE.ethernet, vlans: [], interfaceIndex: 0 };

/** An Ethernet packet around IP bytes. */
function ethernet(ip: Uint8Array): Uint8Array {
  return encodeLink(ETHERNET, ip);
}

const plain = ethernet(encodeIp(FIELDS, encodeTcp(FIELDS)));
const IP = 14;
const TCP = IP + 20;

for (const [name, linkType] of Object.entries(LINK_TYPE)) {
  test(`link type ${name}`, () => {
    const versions = [
      ...(linkType === LINK_TYPE.ipv6 ? [] : ['10.0.0.1:1000']),
      ...(linkType === LINK_TYPE.ipv4 ? [] : ['[fe80::1]:1000']),
    ];
    for (const client of versions) {
      const server = client.startsWith('[') ? '[fe80::2]:80' : '10.0.0.2:80';
      const [packet] = conversation({ linkType, client, server }).raw('client', { data: 'hello' }).packets;
      const { outcome, payload, segment } = decode(packet as Packet);
      expect([outcome, payload, segment.sourcePort, segment.byteCount]).toEqual(['segment', 'hello', 1000, 5]);
    }
  });
}

test('every field of the segment', () => {
  const { segment } = decode(plain);
  expect(segment).toMatchObject({
    ipVersion: 4,
    network: '',
    source0: 0x0a000001,
    destination0: 0x0a000002,
    sourcePort: 40_000,
    destinationPort: 80,
    sequence: -16,
    acknowledgment: 7,
    flags: TCP_FLAG.ack,
    window: 500,
    byteCount: 5,
    packetCount: 1,
  });
});

test.each([
  [[12], 'vlan:12'],
  [[12, 7], 'vlan:12/vlan:7'],
  [[0], ''],
  [[0, 7], 'vlan:7'],
])('VLAN tags %j are the network %j', (vlans, network) => {
  for (const linkType of [LINK_TYPE.ethernet, LINK_TYPE.linuxSll, LINK_TYPE.linuxSll2]) {
    const [packet] = conversation({ linkType, vlans }).raw('client', { data: 'x' }).packets;
    expect(decode(packet as Packet)).toMatchObject({ outcome: 'segment', payload: 'x', segment: { network } });
  }
});

test('more VLAN tags than anybody uses are nested too deep', () => {
  const [packet] = conversation({ vlans: Array.from({ length: 24 }, (_, tag) => tag) }).syn().packets;
  expect(decode(packet as Packet).outcome).toBe('nested-too-deep');
});

test('the address family of null is read in both byte orders', () => {
  const ip = encodeIp(FIELDS, encodeTcp(FIELDS));
  for (const family of [
    [2, 0, 0, 0],
    [0, 0, 0, 2],
  ]) {
    const data = join(Uint8Array.from(family), ip);
    expect(decode(packetOf(data, { linkType: LINK_TYPE.null })).outcome).toBe('segment');
  }
  expect(decode(packetOf(join(Uint8Array.of(7, 0, 0, 0), ip), { linkType: LINK_TYPE.null })).outcome).toBe(
    'not-ip:other',
  );
});

test('cooked packets tell interfaces apart', () => {
  const at = (interfaceId: number) =>
    decode(conversation({ linkType: LINK_TYPE.linuxSll2, interfaceId }).syn().packets[0] as Packet).segment.interfaceId;
  expect(at(1)).not.toBe(at(2));
  const [incoming] = conversation({ linkType: LINK_TYPE.linuxSll }).syn().packets as [Packet];
  const outgoing = { ...incoming, data: patched(incoming.data, [1, 4]) };
  expect(decode(incoming).segment.interfaceId).not.toBe(decode(outgoing).segment.interfaceId);
});

test('Ethernet padding is not payload', () => {
  expect(decode(join(plain, new Uint8Array(20)))).toMatchObject({ outcome: 'segment', payload: 'hello' });
});

test('a total length of 0 means up to the end of the packet', () => {
  expect(decode(patched(plain, [IP + 2, 0], [IP + 3, 0]))).toMatchObject({ outcome: 'segment', payload: 'hello' });
});

test('IPv4 and TCP options are stepped over, and the window scale is found behind others', () => {
  const tcpOptions = Uint8Array.of(2, 4, 5, 180, 1, 3, 3, 7);
  const fields = { ...FIELDS, flags: TCP_FLAG.syn, tcpOptions };
  const ip = encodeIp(fields, encodeTcp(fields));
  const options = Uint8Array.of(1, 1, 1, 0);
  const longer = patched(join(ip.subarray(0, 20), options, ip.subarray(20)), [0, 0x46], [3, ip.length + 4]);
  expect(decode(ethernet(longer))).toMatchObject({ outcome: 'segment', payload: 'hello', segment: { windowScale: 7 } });
  const broken = { ...fields, tcpOptions: Uint8Array.of(3, 0, 0, 0) };
  expect(decode(ethernet(encodeIp(broken, encodeTcp(broken)))).segment.windowScale).toBeUndefined();
});

test('a cut packet has the payload that was captured and its true length', () => {
  const { outcome, payload, segment } = decode(packetOf(plain, { linkType: 1, captured: plain.length - 3 }));
  expect([outcome, payload, segment.byteCount]).toEqual(['segment', 'he', 5]);
});

const V6: SegmentFields = {
  ...FIELDS,
  source: { address: 'fe80::1', port: 1 },
  destination: { address: 'fe80::2', port: 2 },
};

/** An IPv6 packet whose TCP comes behind extension headers of 8 bytes each. */
function withExtensions(...headers: readonly number[]): Uint8Array {
  const chain = headers.map((_, index) => Uint8Array.of(headers[index + 1] ?? 6, 0, 0, 0, 0, 0, 0, 0));
  return ethernet(encodeIp(V6, join(...chain, encodeTcp(V6)), { protocol: headers[0] ?? 6 }));
}

test('IPv6 extension headers, an atomic fragment among them, are stepped over', () => {
  expect(decode(withExtensions(0, 60, 43, 44, 60))).toMatchObject({ outcome: 'segment', payload: 'hello' });
  expect(decode(withExtensions(...Array.from({ length: 20 }, () => 60))).outcome).toBe('nested-too-deep');
  expect(decode(withExtensions(59)).outcome).toBe('not-tcp:other');
});

test.each([
  ['no link type of ours', packetOf(plain, { linkType: 999 }), 'unknown-link-type:other'],
  ['802.11', packetOf(plain, { linkType: 127 }), 'unknown-link-type:ieee-802.11'],
  ['ARP', patched(plain, [12, 8], [13, 6]), 'not-ip:arp'],
  ['LLDP', patched(plain, [12, 0x88], [13, 0xcc]), 'not-ip:lldp'],
  ['a spanning tree', patched(plain, [12, 0], [13, 38], [14, 0x42]), 'not-ip:stp'],
  ['UDP', patched(plain, [IP + 9, 17]), 'not-tcp:udp:other'],
  ['ICMP', patched(plain, [IP + 9, 1]), 'not-tcp:icmp'],
  ['IGMP', patched(plain, [IP + 9, 2]), 'not-tcp:igmp'],
  ['what says to be IP in IP', patched(plain, [IP + 9, 4]), 'malformed'],
  ['a GRE version that does not exist', patched(plain, [IP + 9, 47], [TCP + 1, 7]), 'not-tcp:gre'],
  ['ESP', patched(plain, [IP + 9, 50]), 'not-tcp:ipsec'],
  ['ICMPv6', patched(withExtensions(), [IP + 6, 58]), 'not-tcp:icmpv6'],
  ['SCTP', patched(plain, [IP + 9, 132]), 'not-tcp:sctp'],
  ['something else', patched(plain, [IP + 9, 200]), 'not-tcp:other'],
  ['another IP version', patched(plain, [IP, 0x55]), 'malformed'],
  ['an IP header of 8 bytes', patched(plain, [IP, 0x42]), 'malformed'],
  ['a total length below the header', patched(plain, [IP + 3, 10]), 'malformed'],
  ['a TCP header longer than the packet', patched(plain, [TCP + 12, 0xf0]), 'malformed'],
  ['a TCP header of 8 bytes', patched(plain, [TCP + 12, 0x20]), 'malformed'],
  ['a cut in Ethernet', packetOf(plain, { linkType: 1, captured: 9 }), 'truncated-header'],
  ['a cut in IPv4', packetOf(plain, { linkType: 1, captured: 25 }), 'truncated-header'],
  ['a cut in TCP', packetOf(plain, { linkType: 1, captured: 45 }), 'truncated-header'],
  ['a cut in IPv6', packetOf(withExtensions(), { linkType: 1, captured: 40 }), 'truncated-header'],
])('%s is ignored by reason', (_, packet, reason) => {
  expect(decode(packet as Packet | Uint8Array).outcome).toBe(reason);
});
