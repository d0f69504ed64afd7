import { expect, test } from 'vitest';
import { LINK_TYPE, type Packet } from '../../../../core/index.ts';
import { conversation, encodeOnLink, join, type LayerFields, packetOf } from '../../../support/packets/index.ts';
import { decode, newDecoder } from './decoded.ts';

const ETHERNET = { linkType: LINK_TYPE.ethernet, vlans: [], interfaceIndex: 0 };

/** Both directions of a conversation in these layers, through one decoder. */
function bothWays(layers: readonly LayerFields[], options: object = {}) {
  const packets = conversation({ layers, ...options })
    .client('hello')
    .server('world').packets;
  const decoder = newDecoder();
  const [hello, , world] = packets.map((packet) => {
    const { outcome, payload, segment } = decode(packet, decoder);
    return { outcome, payload, network: segment.network };
  });
  return { hello, world };
}

const V6_ENDS = ['2001:db8::2', '2001:db8::1'] as const;

test.each<[readonly LayerFields[], string]>([
  [[{ kind: 'vlan', id: 12 }], 'vlan:12'],
  [[{ kind: 'snap' }], ''],
  [[{ kind: 'fabric-path' }], 'fabric-path'],
  [[{ kind: 'pbb', service: 7_001 }], 'pbb:7001'],
  [[{ kind: 'mpls', labels: [29] }], 'mpls'],
  [[{ kind: 'mpls', labels: [29, 16, 3] }], 'mpls'],
  [[{ kind: 'mpls', labels: [29] }, { kind: 'ethernet' }], 'mpls'],
  [[{ kind: 'mpls', labels: [29], controlWord: true }, { kind: 'ethernet' }, { kind: 'vlan', id: 5 }], 'mpls/vlan:5'],
  [[{ kind: 'pppoe', session: 3847 }], 'pppoe:3847'],
  [[{ kind: 'pppoe', session: 3847, compressed: true }], 'pppoe:3847'],
  [
    [
      { kind: 'pppoe', session: 1 },
      { kind: 'mpls', labels: [7] },
    ],
    'pppoe:1/mpls',
  ],
  [[{ kind: 'ip-in-ip' }], 'ip-in-ip:192.0.2.1-192.0.2.2'],
  [[{ kind: 'ip-in-ip', ends: V6_ENDS }], 'ip-in-ip:2001:db8::1-2001:db8::2'],
  [[{ kind: 'gre' }], 'gre:192.0.2.1-192.0.2.2'],
  [[{ kind: 'gre', ends: ['10.0.0.9', '10.0.0.8'], checksum: true }], 'gre:10.0.0.8-10.0.0.9'],
  [[{ kind: 'gre', key: 0xffffffff, checksum: true, sequence: 4 }], 'gre:4294967295'],
  [[{ kind: 'gre', key: 5 }, { kind: 'ethernet' }], 'gre:5'],
  [[{ kind: 'gre', key: 0x1234_5601 }, { kind: 'ethernet' }], `nvgre:${0x12_3456}`],
  [
    [
      { kind: 'gre', key: 0 },
      { kind: 'mpls', labels: [3] },
    ],
    'gre:0/mpls',
  ],
  [[{ kind: 'pptp' }], 'pptp:192.0.2.1-192.0.2.2'],
  [[{ kind: 'erspan', version: 1, session: 0 }], 'erspan'],
  [[{ kind: 'erspan', version: 2, session: 1023 }], 'erspan:1023'],
  [[{ kind: 'erspan', version: 2, session: 4, vlan: 9 }], 'erspan:4/vlan:9'],
  [
    [
      { kind: 'erspan', version: 3, session: 20 },
      { kind: 'vxlan', network: 0 },
    ],
    'erspan:20/vxlan:0',
  ],
  [[{ kind: 'vxlan', network: 0xffffff }], 'vxlan:16777215'],
  [[{ kind: 'vxlan', network: 1, port: 8472 }], 'vxlan:1'],
  [
    [
      { kind: 'vxlan', network: 7, ends: V6_ENDS },
      { kind: 'vlan', id: 3 },
    ],
    'vxlan:7/vlan:3',
  ],
  [[{ kind: 'vxlan-gpe', network: 2 }], 'vxlan:2'],
  [[{ kind: 'vxlan-gpe', network: 2 }, { kind: 'ethernet' }], 'vxlan:2'],
  [
    [
      { kind: 'vxlan-gpe', network: 2 },
      { kind: 'mpls', labels: [3] },
    ],
    'vxlan:2/mpls',
  ],
  [[{ kind: 'geneve', network: 5_001 }], 'geneve:5001'],
  [[{ kind: 'geneve', network: 5_001 }, { kind: 'ethernet' }], 'geneve:5001'],
  [[{ kind: 'gtp' }], 'gtp:192.0.2.1-192.0.2.2'],
  [[{ kind: 'gre-in-udp' }], 'gre:192.0.2.1-192.0.2.2'],
  [[{ kind: 'gre-in-udp', key: 7, checksum: true, sequence: 1 }], 'gre:7'],
  [
    [{ kind: 'vlan', id: 12 }, { kind: 'gre' }, { kind: 'ip-in-ip' }],
    'vlan:12/gre:192.0.2.1-192.0.2.2/ip-in-ip:192.0.2.1-192.0.2.2',
  ],
])('%j are the network %s, for IPv4 and IPv6, in both directions', (layers, network) => {
  for (const ends of [{}, { client: '[fe80::1]:4000', server: '[fe80::2]:80' }]) {
    const compressed = layers.some((layer) => layer.kind === 'mpls');
    if (compressed && layers.some((layer) => layer.kind === 'pppoe' && layer.compressed === true)) continue;
    expect(bothWays(layers, ends)).toEqual({
      hello: { outcome: 'segment', payload: 'hello', network },
      world: { outcome: 'segment', payload: 'world', network },
    });
  }
});

test('equal networks are the same flow key, other networks are not', () => {
  const networkOf = (layer: LayerFields) => bothWays([layer]).hello?.network;
  expect(networkOf({ kind: 'vxlan', network: 1 })).not.toBe(networkOf({ kind: 'vxlan', network: 2 }));
  expect(networkOf({ kind: 'vxlan', network: 1 })).not.toBe(networkOf({ kind: 'geneve', network: 1 }));
  expect(networkOf({ kind: 'gre', ends: ['10.0.0.1', '10.0.0.2'] })).not.toBe(networkOf({ kind: 'gre' }));
  expect(networkOf({ kind: 'mpls', labels: [16] })).toBe(networkOf({ kind: 'mpls', labels: [17] }));
});

test('the directions of a mirror of VMware, whose keys differ, meet', () => {
  const back = bothWays([{ kind: 'gre', key: 0x02000000 }, { kind: 'ethernet' }]).hello;
  expect(back?.network).toBe(bothWays([{ kind: 'gre', key: 0 }, { kind: 'ethernet' }]).hello?.network);
});

test('layers go on any link type that has a type field', () => {
  for (const linkType of [LINK_TYPE.linuxSll, LINK_TYPE.linuxSll2, LINK_TYPE.cHdlc, LINK_TYPE.atmRfc1483]) {
    const { hello } = bothWays([{ kind: 'mpls', labels: [16] }], { linkType, vlans: [2] });
    expect(hello).toEqual({ outcome: 'segment', payload: 'hello', network: 'vlan:2/mpls' });
  }
  for (const linkType of [LINK_TYPE.ppp, LINK_TYPE.pppHdlc, LINK_TYPE.pppEther, LINK_TYPE.nflog, LINK_TYPE.raw]) {
    const { hello } = bothWays([{ kind: 'vxlan', network: 4 }], { linkType });
    expect(hello).toMatchObject({ outcome: 'segment', payload: 'hello' });
    expect(hello?.network).toMatch(/vxlan:4$/);
  }
});

test('tunnels in one another end at a bound', () => {
  const deep = Array.from({ length: 12 }, (): LayerFields => ({ kind: 'vxlan', network: 1 }));
  expect(bothWays(deep).hello?.outcome).toBe('nested-too-deep');
  expect(bothWays(deep.slice(0, 4)).hello?.outcome).toBe('segment');
  const labels = Array.from({ length: 17 }, (_, label) => label);
  expect(bothWays([{ kind: 'mpls', labels }]).hello?.outcome).toBe('nested-too-deep');
});

test('an Ethernet address that begins like IP does not fool MPLS', () => {
  const [packet] = conversation({ layers: [{ kind: 'mpls', labels: [16] }, { kind: 'ethernet' }] }).client(
    'hello',
  ).packets;
  const data = (packet as Packet).data;
  for (const first of [0x45, 0x60, 0x00, 0x02]) {
    const renamed = Uint8Array.from(data);
    renamed[14 + 4] = first;
    expect(decode(renamed)).toMatchObject({ outcome: 'segment', payload: 'hello' });
  }
});

test('a tunnel that cut its packet leaves a gap, as a snap length does', () => {
  const whole = conversation({ layers: [{ kind: 'erspan', version: 2, session: 1 }] }).client('hello world').packets[0];
  const data = Uint8Array.from((whole as Packet).data.subarray(0, -6));
  const total = ((data[16] as number) << 8) | (data[17] as number);
  new DataView(data.buffer).setUint16(16, total - 6);
  const { outcome, payload, segment } = decode(data);
  expect([outcome, payload, segment.byteCount]).toEqual(['segment', 'hello', 11]);
});

test('padding that the IP length counts and the PPPoE length does not is no payload', () => {
  const [packet] = conversation({ layers: [{ kind: 'pppoe', session: 1 }] }).client('hello').packets as [Packet];
  const padded = join(packet.data, new Uint8Array(6));
  const view = new DataView(padded.buffer);
  view.setUint16(14 + 8 + 2, view.getUint16(14 + 8 + 2) + 6);
  expect(decode(padded)).toMatchObject({ outcome: 'segment', payload: 'hello', segment: { byteCount: 5 } });
});

test.each([
  ['PPP that agrees on options', 0x8864, [0x11, 0, 0, 1, 0, 4, 0xc0, 0x21, 1, 1], 'not-ip:ppp-control'],
  ['compressed PPP', 0x8864, [0x11, 0, 0, 1, 0, 2, 0x00, 0xfd], 'not-ip:ppp-compressed'],
  ['encrypted PPP', 0x8864, [0x11, 0, 0, 1, 0, 2, 0x53], 'not-ip:ppp-encrypted'],
  ['Van Jacobson compression', 0x8864, [0x11, 0, 0, 1, 0, 2, 0x2d], 'not-ip:ppp-compressed'],
  ['some other PPP protocol', 0x8864, [0x11, 0, 0, 1, 0, 2, 0x00, 0x29], 'not-ip:other'],
  ['PPPoE discovery', 0x8863, [], 'not-ip:pppoe-discovery'],
  ['PPPoE discovery of the session type', 0x8864, [0x11, 9, 0, 0, 0, 0], 'not-ip:pppoe-discovery'],
  ['a PPPoE version that does not exist', 0x8864, [0x21, 0, 0, 0, 0, 0], 'malformed'],
  ['EAPOL', 0x888e, [], 'not-ip:eapol'],
  ['MACsec', 0x88e5, [], 'not-ip:macsec'],
  ['LACP', 0x8809, [], 'not-ip:lacp'],
  ['RARP', 0x8035, [], 'not-ip:arp'],
  ['some other type', 0x9000, [], 'not-ip:other'],
  ['Cisco discovery', 9, [0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0], 'not-ip:cdp'],
  ['a spanning tree a VLAN', 9, [0xaa, 0xaa, 3, 0, 0, 0x0c, 1, 0x0b], 'not-ip:stp'],
  ['SNAP of some other organisation', 9, [0xaa, 0xaa, 3, 1, 2, 3, 8, 0], 'not-ip:other'],
  ['OSI routing', 9, [0xfe, 0xfe, 3], 'not-ip:osi'],
  ['some other LLC', 9, [0xe0, 0xe0, 3], 'not-ip:other'],
  ['LLC that ends', 9, [0xaa, 0xaa], 'malformed'],
  ['MPLS with nothing behind', 0x8847, [0, 1, 0x01, 64], 'malformed'],
  ['MPLS with nothing known behind', 0x8847, [0, 1, 0x01, 64, 0x10, 0, 0, 0x21], 'not-ip:other'],
  ['a tag that ends', 0x8100, [0, 1], 'malformed'],
  ['a backbone frame that ends', 0x88e7, [0, 1], 'malformed'],
  ['FabricPath that ends', 0x8903, [0], 'malformed'],
])('%s is ignored by name', (_, etherType, bytes, reason) => {
  expect(decode(encodeOnLink(ETHERNET, etherType, Uint8Array.from(bytes))).outcome).toBe(reason);
});

test.each([
  ['SLARP', LINK_TYPE.cHdlc, [0x8f, 0, 0x80, 0x35, 0, 0, 0, 2], 'not-ip:slarp'],
  ['CDP over Cisco HDLC', LINK_TYPE.cHdlc, [0x8f, 0, 0x20, 0], 'not-ip:cdp'],
  ['NFLOG of another version', LINK_TYPE.nflog, [2, 1, 0, 0], 'malformed'],
  ['NFLOG without a packet', LINK_TYPE.nflog, [2, 0, 0, 0, 8, 0, 5, 0, 0, 0, 0, 1], 'not-ip:other'],
  ['NFLOG with an attribute of no length', LINK_TYPE.nflog, [2, 0, 0, 0, 0, 0, 5, 0], 'malformed'],
  ['pflog of no length', LINK_TYPE.pflog, [0, 2, 0, 0], 'malformed'],
  ['raw IP of no version', LINK_TYPE.raw, [0x25], 'not-ip:other'],
  ['Bluetooth', 201, [], 'unknown-link-type:bluetooth'],
  ['USB', 220, [], 'unknown-link-type:usb'],
])('%s is ignored by name', (_, linkType, bytes, reason) => {
  expect(decode(packetOf(Uint8Array.from(bytes), { linkType })).outcome).toBe(reason);
});

test('the attributes of NFLOG are read in both byte orders', () => {
  const ip = conversation({ linkType: LINK_TYPE.raw }).client('hello').packets[0] as Packet;
  const length = ip.data.length + 4;
  const little = join(Uint8Array.of(2, 0, 0, 0, 5, 0, 10, 0, 0x78, 0, 0, 0, length, 0, 9, 0), ip.data);
  const big = join(Uint8Array.of(2, 0, 0, 0, 0, 5, 0, 10, 0x78, 0, 0, 0, 0, length, 0, 9), ip.data);
  for (const data of [little, big]) {
    expect(decode(packetOf(data, { linkType: LINK_TYPE.nflog }))).toMatchObject({
      outcome: 'segment',
      payload: 'hello',
    });
  }
});

test('Cisco HDLC where PPP may stand, IP behind plain LLC, and headers that are stepped over', () => {
  const ip = (conversation({ linkType: LINK_TYPE.raw }).client('hello').packets[0] as Packet).data;
  const hdlc = join(Uint8Array.of(0x0f, 0, 8, 0), ip);
  expect(decode(packetOf(hdlc, { linkType: LINK_TYPE.pppHdlc }))).toMatchObject({
    outcome: 'segment',
    payload: 'hello',
  });
  const llc = encodeOnLink(ETHERNET, ip.length + 3, join(Uint8Array.of(6, 6, 3), ip));
  expect(decode(llc)).toMatchObject({ outcome: 'segment', payload: 'hello' });
  const cooked = encodeOnLink({ ...ETHERNET, linkType: LINK_TYPE.linuxSll }, 4, join(Uint8Array.of(6, 6, 3), ip));
  expect(decode(packetOf(cooked, { linkType: LINK_TYPE.linuxSll })).outcome).toBe('segment');
  const metadata = encodeOnLink(ETHERNET, 0x8909, join(Uint8Array.of(1, 1, 0, 1, 0, 5, 8, 0), ip));
  expect(decode(metadata)).toMatchObject({ outcome: 'segment', payload: 'hello' });
  const vnTag = encodeOnLink(ETHERNET, 0x8926, join(Uint8Array.of(0x80, 1, 0, 2, 8, 0), ip));
  expect(decode(vnTag)).toMatchObject({ outcome: 'segment', payload: 'hello' });
});
