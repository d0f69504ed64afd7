/** What may happen to a capture: each mutation takes packets and gives others, determined by the random numbers. */
import type { Packet } from '../../core/index.ts';
import { below, oneOf, type Random } from './input.ts';

type Mutation = (packets: readonly Packet[], random: Random) => readonly Packet[];

/** Where the TCP payload begins in most captures; flips before it go into headers. */
const TYPICAL_HEADER_BYTES = 54;

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flipped bytes': (packets, random) => packets.map((packet) => flipped(packet, random, 0, 1 / 200)),
  'flipped headers': (packets, random) =>
    packets.map((packet) => (random() < 0.3 ? flipped(packet, random, 0, 1 / 20, TYPICAL_HEADER_BYTES) : packet)),
  'flipped payload': (packets, random) =>
    packets.map((packet) => (random() < 0.3 ? flipped(packet, random, TYPICAL_HEADER_BYTES, 1 / 50) : packet)),
  'bytes put in': (packets, random) => packets.map((packet) => (random() < 0.2 ? grown(packet, random) : packet)),
  'cut packets': (packets, random) => packets.map((packet) => (random() < 0.2 ? cut(packet, random) : packet)),
  'lost packets': (packets, random) => packets.filter(() => random() >= 0.1),
  'packets again': (packets, random) =>
    packets.flatMap((packet) => (random() < 0.2 ? [packet, oneOf(random, packets)] : [packet])),
  reordered: (packets, random) => {
    const placed = packets.map((packet, index) => ({ packet, place: index + random() * 8 }));
    return placed.sort((one, other) => one.place - other.place).map(({ packet }) => packet);
  },
  'other times': (packets, random) => packets.map((packet) => ({ ...packet, at: packet.at + below(random, 1e8) })),
  'another link type': (packets, random) => {
    const linkType = oneOf(random, [0, 1, 9, 12, 101, 104, 108, 113, 228, 229, 239, 276, 147]);
    return packets.map((packet) => ({ ...packet, linkType }));
  },
  'other interfaces': (packets, random) => packets.map((packet) => ({ ...packet, interfaceId: below(random, 3) })),
};

/** A few mutations one after the other. @returns the packets and what was done to them */
export function mutate(packets: readonly Packet[], random: Random): { packets: readonly Packet[]; how: string } {
  const names = Array.from({ length: 1 + below(random, 3) }, () => oneOf(random, Object.keys(MUTATIONS)));
  let mutated = packets;
  for (const name of names) mutated = (MUTATIONS[name] as Mutation)(mutated, random);
  return { packets: mutated, how: names.join(', ') };
}

/** A copy with random bytes at a share of the places in `[from, to)`, at least one. */
function flipped(packet: Packet, random: Random, from: number, share: number, to = Number.POSITIVE_INFINITY): Packet {
  const data = copyOf(packet);
  const end = Math.min(to, data.length);
  if (from >= end) return packet;
  const flips = 1 + below(random, (end - from) * share);
  for (let flip = 0; flip < flips; flip++) data[from + below(random, end - from)] = below(random, 256);
  return withData(packet, data);
}

function grown(packet: Packet, random: Random): Packet {
  const data = copyOf(packet);
  const at = below(random, data.length + 1);
  const added = Uint8Array.from({ length: 1 + below(random, 40) }, () => below(random, 256));
  return withData(packet, Buffer.concat([data.subarray(0, at), added, data.subarray(at)]));
}

function cut(packet: Packet, random: Random): Packet {
  return { ...packet, end: packet.start + below(random, packet.end - packet.start + 1) };
}

function copyOf(packet: Packet): Uint8Array {
  return packet.data.slice(packet.start, packet.end);
}

function withData(packet: Packet, data: Uint8Array): Packet {
  const originalByteCount = Math.max(data.length, packet.originalByteCount);
  return { ...packet, data: new Uint8Array(data), start: 0, end: data.length, originalByteCount };
}
