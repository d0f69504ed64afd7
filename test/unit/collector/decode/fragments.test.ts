/** Fragments as packets, of plain IP and around tunnels. */
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
import { decode, decodeAll, newDecoder, patched } from './decoded.ts';

const V4: SegmentFields = {
  source: { address: '10.0.0.1', port: 40_000 },
  destination: { address: '10.0.0.2', port: 80 },
  sequence: 1,
  acknowledgment: 7,
  flags: TCP_FLAG.ack,
  payload: Buffer.from('hello'),
};
const V6: SegmentFields = {
  ...V4,
  source: { address: 'fe80::1', port: 1 },
  destination: { address: 'fe80::2', port: 2 },
};
const ETHERNET = { linkType: LINK_TYPE.ethernet, vlans: [], interfaceIndex: 0 };
const IP = 14;

interface Part {
  readonly id?: number;
  readonly offset: number;
  readonly more: boolean;
}

/** One fragment as an Ethernet packet. */
function fragment(fields: SegmentFields, bytes: Uint8Array, { id = 9, offset, more }: Part): Uint8Array {
  if (!fields.source.address.includes(':')) {
    return encodeLink(ETHERNET, encodeIp(fields, bytes, { id, offset, more }));
  }
  const header = Uint8Array.of(6, 0, offset >> 8, (offset & 0xff) | (more ? 1 : 0), 0, 0, 0, id);
  return encodeLink(ETHERNET, encodeIp(fields, join(header, bytes), { protocol: 44 }));
}

/** The TCP segment as fragments of 8 bytes: 8, 8, 8 and 1. */
function fragments(fields: SegmentFields, id = 9): [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const tcp = encodeTcp(fields);
  return [0, 8, 16, 24].map((offset) =>
    fragment(fields, tcp.subarray(offset, offset + 8), { id, offset, more: offset < 24 }),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
}

test.each([
  ['IPv4', V4],
  ['IPv6', V6],
] as const)('%s fragments are joined in any order', (_, fields) => {
  const parts = fragments(fields);
  for (const order of [parts, [...parts].reverse()]) {
    const { outcomes, account, decoder, ledger } = decodeAll(order);
    expect(outcomes).toEqual(['held', 'held', 'held', 'segment']);
    expect([account.held, decoder.segment.packetCount, decoder.segment.byteCount]).toEqual([0, 4, 5]);
    expect(ledger.report().balanced).toBe(true);
    expect(ledger.fact('tiny-fragments')).toBe(1);
  }
});

test('the longest datagram in the shortest fragments is joined in any order', () => {
  const payload = Buffer.alloc(65_472, 'x');
  const tcp = encodeTcp({ ...V4, payload });
  const count = Math.ceil(tcp.length / 8);
  for (const place of [(index: number) => count - 1 - index, (index: number) => (index * 4_099) % count]) {
    const parts = Array.from({ length: count }, (_, index) => {
      const offset = place(index) * 8;
      return fragment(V4, tcp.subarray(offset, offset + 8), { offset, more: offset + 8 < tcp.length });
    });
    const { outcomes, decoder } = decodeAll(parts);
    expect([outcomes.at(-1), decoder.segment.packetCount, decoder.segment.byteCount]).toEqual([
      'segment',
      count,
      65_472,
    ]);
  }
});

test('the same fragment again is a duplicate', () => {
  const [first, second] = fragments(V4);
  expect(decodeAll([first, second, first]).outcomes).toEqual(['held', 'held', 'fragment-duplicate']);
});

test('fragments that overlap with the same bytes are joined, and counted', () => {
  const [first, second, , last] = fragments(V4);
  const wide = fragment(V4, encodeTcp(V4).subarray(8, 24), { offset: 8, more: true });
  for (const order of [
    [first, second, wide, last],
    [first, last, second, wide],
    [second, first, wide, last],
  ]) {
    const { outcomes, decoder, ledger } = decodeAll(order);
    expect(outcomes).toEqual(['held', 'held', 'held', 'segment']);
    expect(decoder.segment.packetCount).toBe(4);
    expect(ledger.fact('fragments-overlapping')).toBe(1);
    expect(ledger.report().balanced).toBe(true);
  }
});

test('a last fragment that brings only the news that it is the last completes the datagram', () => {
  const tcp = encodeTcp({ ...V4, payload: Buffer.from('1234') });
  const all = fragment(V4, tcp, { offset: 0, more: true });
  const end = fragment(V4, tcp.subarray(16), { offset: 16, more: false });
  expect(decodeAll([all, end]).outcomes).toEqual(['held', 'segment']);
});

test('an overlap with other bytes sets the datagram aside, with what still comes of it', () => {
  const [first, second, third, last] = fragments(V4);
  const shifted = fragment(V4, new Uint8Array(16).fill(1), { offset: 16, more: true });
  const { outcomes, account, ledger } = decodeAll([
    first,
    fragment(V4, new Uint8Array(16), { offset: 8, more: true }),
    shifted,
    second,
    third,
    last,
  ]);
  expect(outcomes.slice(2)).toEqual(Array.from({ length: 4 }, () => 'fragment-overlap'));
  expect([account.aside('ignored', 'fragment-overlap'), account.held]).toEqual([6, 0]);
  expect(ledger.report().balanced).toBe(true);
});

test('the same place with other bytes is an overlap, not a duplicate', () => {
  const [first] = fragments(V4);
  expect(decodeAll([first, patched(first, [IP + 20, 99])]).outcomes).toEqual(['held', 'fragment-overlap']);
});

test('teardrop, in either order: one fragment lies inside another, and is the last', () => {
  const outer = fragment(V4, new Uint8Array(36), { offset: 0, more: true });
  const inner = fragment(V4, new Uint8Array(4), { offset: 24, more: false });
  for (const order of [
    [outer, inner],
    [inner, outer],
  ]) {
    const { outcomes, account } = decodeAll(order);
    expect(outcomes).toEqual(['held', 'fragment-teardrop']);
    expect(account.aside('ignored', 'fragment-teardrop')).toBe(2);
  }
});

test('what claims to come behind the last fragment, or another last one, spoils the datagram', () => {
  const [first, , , last] = fragments(V4);
  const beyond = fragment(V4, new Uint8Array(8), { offset: 32, more: true });
  expect(decodeAll([first, last, beyond]).outcomes.at(-1)).toBe('fragment-overlap');
  expect(decodeAll([beyond, last]).outcomes.at(-1)).toBe('fragment-overlap');
  const other = fragment(V4, new Uint8Array(1), { offset: 16, more: false });
  expect(decodeAll([last, other]).outcomes.at(-1)).toBe('fragment-overlap');
});

test('the ping of death is too long; an empty fragment and one of 7 bytes in the middle are malformed', () => {
  const death = fragment(V4, new Uint8Array(40), { offset: 65_520, more: false });
  const empty = fragment(V4, new Uint8Array(0), { offset: 8, more: false });
  const odd = fragment(V4, new Uint8Array(7), { offset: 0, more: true });
  expect(decodeAll([death, empty, odd]).outcomes).toEqual([
    'fragment-too-long',
    'fragment-malformed',
    'fragment-malformed',
  ]);
});

test('fragments that never complete are set aside: by age, by count, at the end', () => {
  const { account, decoder, ledger } = newDecoder();
  const push = (bytes: Uint8Array, at: number) =>
    decode(packetOf(bytes, { linkType: 1, at }), { account, decoder, ledger });
  push(fragments(V4)[0], 0);
  for (let id = 10; id < 300; id++) push(fragments(V4, id)[0], 31_000_000);
  expect([account.held, account.aside('ignored', 'fragment-incomplete')]).toEqual([256, 35]);
  decoder.end();
  expect([account.held, account.aside('ignored', 'fragment-incomplete')]).toEqual([0, 291]);
});

test('fragments hold no more than their bound of bytes', () => {
  const parts = Array.from({ length: 70 }, (_, id) =>
    fragment(V4, new Uint8Array(65_512), { id, offset: 0, more: true }),
  );
  const { account, ledger } = decodeAll(parts);
  expect(account.held).toBe(64);
  expect(account.aside('ignored', 'fragment-incomplete')).toBe(6);
  expect(ledger.report().balanced).toBe(true);
});

test('a cut fragment, and one of what is neither TCP nor a tunnel', () => {
  const [first] = fragments(V4);
  expect(decode(packetOf(first, { linkType: 1, captured: first.length - 2 })).outcome).toBe('fragment-cut');
  expect(decode(patched(first, [IP + 9, 1])).outcome).toBe('not-tcp:icmp');
});

/** The IP packet in an Ethernet packet as IPv4 fragments of `size` bytes, as Ethernet packets. */
function refragmented(packet: Packet, size: number, id: number): readonly Uint8Array[] {
  const ip = packet.data.subarray(IP);
  const header = ip.subarray(0, 20);
  const payload = ip.subarray(20);
  const parts = [];
  for (let offset = 0; offset < payload.length; offset += size) {
    const bytes = payload.subarray(offset, offset + size);
    const part = join(packet.data.subarray(0, IP), header, bytes);
    const view = new DataView(part.buffer);
    view.setUint16(IP + 2, 20 + bytes.length);
    view.setUint16(IP + 4, id);
    view.setUint16(IP + 6, (offset + size < payload.length ? 0x2000 : 0) | (offset >> 3));
    parts.push(part);
  }
  return parts;
}

test('fragments of a tunnel are joined, and fragments inside it too: each packet counts once', () => {
  for (const layer of [
    { kind: 'vxlan', network: 7 } as const,
    { kind: 'gre', key: 7 } as const,
    { kind: 'ip-in-ip' } as const,
  ]) {
    const [whole] = conversation({ layers: [layer] }).client('hello world').packets as [Packet];
    const { outcomes, account, decoder, ledger } = decodeAll(refragmented(whole, 24, 3));
    expect(outcomes.at(-1)).toBe('segment');
    expect(decoder.segment.packetCount).toBe(outcomes.length);
    expect([account.out, account.held]).toEqual([outcomes.length, 0]);
    expect(ledger.report().balanced).toBe(true);
  }
});

test('fragments in fragments: the packets of the outer ones count in every outcome', () => {
  const [first, second, third, last] = fragments(V4);
  const wrapped = [first, second, first, third, last].map((inner, id) => {
    const gre = join(Uint8Array.of(0x20, 0, 8, 0, 0, 0, 0, 1), inner.subarray(IP));
    const ends = { ...V4, source: { address: '192.0.2.1', port: 0 }, destination: { address: '192.0.2.2', port: 0 } };
    const data = encodeLink(ETHERNET, encodeIp(ends, gre, { protocol: 47 }));
    return refragmented(packetOf(data, { linkType: 1 }), 16, id);
  });
  const { account, ledger, decoder } = decodeAll(wrapped.flat());
  expect(account.aside('ignored', 'fragment-duplicate')).toBe(wrapped[2]?.length);
  expect(account.out).toBe(wrapped.flat().length - (wrapped[2]?.length ?? 0));
  expect(decoder.segment).toMatchObject({ network: 'gre:1', packetCount: account.out });
  expect(ledger.report()).toMatchObject({ balanced: true });
  expect(account.held).toBe(0);
});
