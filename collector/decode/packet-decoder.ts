/**
 * Packet → TCP segment, without allocating.
 *
 *     link layer ─▶ IPv4 ──────────────────────▶ TCP
 *          ▲      └▶ IPv6 ─▶ extension headers ─▶ TCP        fragments wait in a table on the way
 *          │                        │
 *          └── GRE, UDP tunnels, IP ┘                        what is no tunnel is ignored by name
 *
 * The payload ends where the IP length says, so Ethernet padding and frame check sequences never get into a stream; an
 * IP length of 0 (segmentation offload, captured before the card cut it) means up to the end of the packet. A packet in
 * a tunnel that is longer than the tunnel's own payload was cut there, as by a snap length. Checksums are verified only
 * on demand: offload leaves them wrong in captures of the sender.
 *
 * Sources: RFC 791, RFC 8200 (section 4), RFC 4302, RFC 9293; tunnels in their own files.
 */
import type { Ledger, Packet } from '../../core/index.ts';
import { readInt32, readUint16 } from './big-endian.ts';
import { type ChecksumVerdict, judgeIpv4Header, judgeTcp } from './checksum.ts';
import { Cursor } from './cursor.ts';
import { FragmentTable } from './fragment-table.ts';
import { readGre } from './gre.ts';
import { type IgnoredReason, notTcp } from './ignored-reason.ts';
import { MAX_LAYERS, readToIp } from './layers.ts';
import { readLink } from './link-layer.ts';
import { Segment } from './segment.ts';
import { readTcp } from './tcp-header.ts';
import { isDnsResponse, udpProtocol } from './udp-protocol.ts';
import { readUdpTunnel } from './udp-tunnel.ts';

const PROTOCOL_TCP = 6;
const PROTOCOL = { ipv4: 4, udp: 17, ipv6: 41, gre: 47 } as const;
const EXTENSION = { hopByHop: 0, routing: 43, fragment: 44, authentication: 51, destination: 60 } as const;
/** Each kind may come once and destination options twice; whoever sends more means harm. */
const MAX_EXTENSION_HEADERS = 8;
/** What is joined from fragments: TCP, and what may have it inside. */
const JOINED: readonly number[] = [
  PROTOCOL_TCP,
  PROTOCOL.ipv4,
  PROTOCOL.udp,
  PROTOCOL.ipv6,
  PROTOCOL.gre,
  EXTENSION.authentication,
  EXTENSION.destination,
];

export type DecodeOutcome = 'segment' | 'held' | IgnoredReason;

export interface DecoderOptions {
  /** `verify` ignores packets whose IPv4 or TCP checksum is wrong; one that the sender left to its network card is no proof and is taken. */
  readonly checksums: 'ignore' | 'verify';
}

export class PacketDecoder {
  /** Result of the last call that returned `segment`; `packetCount` holds after every call. */
  readonly segment = new Segment();
  readonly #cursor = new Cursor();
  readonly #fragments: FragmentTable;
  readonly #ledger: Ledger;
  readonly #verifies: boolean;

  /** @param ledger the `held` of its account `packets` counts packets that wait for the rest of their datagram */
  constructor(options: DecoderOptions, { ledger }: { readonly ledger: Ledger }) {
    this.#fragments = new FragmentTable(ledger);
    this.#ledger = ledger;
    this.#verifies = options.checksums === 'verify';
  }

  /** @returns `segment` when {@link segment} is filled; `held` for a fragment that waits; otherwise why not */
  decode(packet: Packet): DecodeOutcome {
    const segment = this.segment;
    const cursor = this.#cursor;
    segment.packetCount = 1;
    const ignored = readLink(cursor, packet);
    if (ignored !== undefined) return ignored;
    segment.at = packet.at;
    segment.interfaceId = cursor.interfaceId;
    segment.network = cursor.path.text;
    segment.networkHash = cursor.path.hash;
    return cursor.layer === 'ipv4'
      ? this.#decodeIpv4(cursor.data, cursor.at, cursor.end, cursor.wireEnd)
      : this.#decodeIpv6(cursor.data, cursor.at, cursor.end, cursor.wireEnd);
  }

  /** No more packets come: fragments that still wait are set aside. */
  end(): void {
    this.#fragments.end();
  }

  #decodeIpv4(data: Uint8Array, at: number, end: number, wireEnd: number): DecodeOutcome {
    if (end - at < 20) return shortReason(end, wireEnd);
    const first = data[at] as number;
    const headerBytes = (first & 0x0f) * 4;
    const totalBytes = readUint16(data, at + 2);
    if (first >> 4 !== 4 || headerBytes < 20) return 'malformed';
    if (totalBytes !== 0 && totalBytes < headerBytes) return 'malformed';
    if (end - at < headerBytes) return shortReason(end, wireEnd);
    if (this.#verifies && !this.#accepts(judgeIpv4Header(data, at, headerBytes))) return 'bad-checksum:ip';
    const segment = this.segment;
    segment.ipVersion = 4;
    segment.source0 = readInt32(data, at + 12);
    segment.source1 = 0;
    segment.source2 = 0;
    segment.source3 = 0;
    segment.destination0 = readInt32(data, at + 16);
    segment.destination1 = 0;
    segment.destination2 = 0;
    segment.destination3 = 0;
    let ipEnd = totalBytes === 0 ? Math.max(wireEnd, end) : at + totalBytes;
    if (ipEnd > wireEnd && this.#cursor.endIsSure) ipEnd = wireEnd;
    const fragment = readUint16(data, at + 6);
    const protocol = data[at + 9] as number;
    if ((fragment & 0x3fff) !== 0) {
      const more = (fragment & 0x2000) !== 0;
      const offset = (fragment & 0x1fff) * 8;
      return this.#join(data, at + headerBytes, end, ipEnd, offset, more, readUint16(data, at + 4), protocol);
    }
    if (protocol !== PROTOCOL_TCP) return this.#decodePayload(data, at + headerBytes, end, ipEnd, protocol);
    return this.#decodeTcp(data, at + headerBytes, end, ipEnd, true);
  }

  #decodeIpv6(data: Uint8Array, at: number, end: number, wireEnd: number): DecodeOutcome {
    if (end - at < 40) return shortReason(end, wireEnd);
    if ((data[at] as number) >> 4 !== 6) return 'malformed';
    const segment = this.segment;
    segment.ipVersion = 6;
    segment.source0 = readInt32(data, at + 8);
    segment.source1 = readInt32(data, at + 12);
    segment.source2 = readInt32(data, at + 16);
    segment.source3 = readInt32(data, at + 20);
    segment.destination0 = readInt32(data, at + 24);
    segment.destination1 = readInt32(data, at + 28);
    segment.destination2 = readInt32(data, at + 32);
    segment.destination3 = readInt32(data, at + 36);
    const payloadBytes = readUint16(data, at + 4);
    let ipEnd = payloadBytes === 0 ? Math.max(wireEnd, end) : at + 40 + payloadBytes;
    if (ipEnd > wireEnd && this.#cursor.endIsSure) ipEnd = wireEnd;
    const header = data[at + 6] as number;
    if (header !== PROTOCOL_TCP) return this.#decodePayload(data, at + 40, end, ipEnd, header);
    return this.#decodeTcp(data, at + 40, end, ipEnd, true);
  }

  /** The payload of IP, extension headers first. Those of IPv6 are followed in IPv4 too, where nobody sends them. */
  #decodePayload(data: Uint8Array, from: number, end: number, ipEnd: number, firstHeader: number): DecodeOutcome {
    let header = firstHeader;
    let at = from;
    let goesToDestination = true;
    for (let count = 0; count <= MAX_EXTENSION_HEADERS; count++) {
      switch (header) {
        case PROTOCOL_TCP:
          return this.#decodeTcp(data, at, end, ipEnd, goesToDestination);
        case EXTENSION.routing:
        case EXTENSION.hopByHop:
        case EXTENSION.destination:
          if (end - at < 8) return shortReason(end, ipEnd);
          if (header === EXTENSION.routing && data[at + 3] !== 0) goesToDestination = false;
          header = data[at] as number;
          at += ((data[at + 1] as number) + 1) * 8;
          break;
        case EXTENSION.authentication:
          if (end - at < 8) return shortReason(end, ipEnd);
          header = data[at] as number;
          at += ((data[at + 1] as number) + 2) * 4;
          break;
        case EXTENSION.fragment: {
          if (end - at < 8) return shortReason(end, ipEnd);
          header = data[at] as number;
          const fragment = readUint16(data, at + 2);
          const id = readInt32(data, at + 4);
          at += 8;
          if ((fragment & 0xfff9) === 0) break;
          return this.#join(data, at, end, ipEnd, fragment & 0xfff8, (fragment & 1) !== 0, id, header);
        }
        default:
          return this.#decodeOther(data, at, end, ipEnd, header);
      }
    }
    return 'nested-too-deep';
  }

  #join(
    data: Uint8Array,
    at: number,
    end: number,
    ipEnd: number,
    offset: number,
    more: boolean,
    id: number,
    header: number,
  ): DecodeOutcome {
    if (!JOINED.includes(header)) return notTcp(header);
    if (ipEnd > end) return 'fragment-cut';
    if (ipEnd < at) return 'malformed';
    const { network, packetCount } = this.segment;
    const key = `${network} ${id} ${header} ${this.#addresses()}`;
    const fragment = { offset, bytes: data.subarray(at, ipEnd), last: !more, packetCount };
    const joined = this.#fragments.add(key, this.segment.at, fragment);
    if (typeof joined === 'string') return joined;
    this.segment.packetCount = joined.packetCount;
    const { bytes } = joined;
    return this.#decodePayload(bytes, 0, bytes.length, bytes.length, header);
  }

  #addresses(): string {
    const { source0, source1, source2, source3 } = this.segment;
    const { destination0, destination1, destination2, destination3 } = this.segment;
    return [source0, source1, source2, source3, destination0, destination1, destination2, destination3].join();
  }

  /** A tunnel is followed to the IP packet inside; anything else is named. */
  #decodeOther(data: Uint8Array, at: number, end: number, ipEnd: number, protocol: number): DecodeOutcome {
    const cursor = this.#cursor;
    cursor.layerCount++;
    if (cursor.layerCount > MAX_LAYERS) return 'nested-too-deep';
    cursor.moveTo(data, at, end, ipEnd);
    const ignored = this.#enterTunnel(cursor, protocol) ?? readToIp(cursor);
    if (ignored !== undefined) return ignored;
    this.segment.network = cursor.path.text;
    this.segment.networkHash = cursor.path.hash;
    return cursor.layer === 'ipv4'
      ? this.#decodeIpv4(cursor.data, cursor.at, cursor.end, cursor.wireEnd)
      : this.#decodeIpv6(cursor.data, cursor.at, cursor.end, cursor.wireEnd);
  }

  #enterTunnel(cursor: Cursor, protocol: number): IgnoredReason | undefined {
    switch (protocol) {
      case PROTOCOL.udp:
        return this.#enterUdp(cursor);
      case PROTOCOL.gre:
        return readGre(cursor, this.segment);
      case PROTOCOL.ipv4:
      case PROTOCOL.ipv6:
        cursor.enterBetween('ip-in-ip', this.segment);
        cursor.layer = protocol === PROTOCOL.ipv4 ? 'ipv4' : 'ipv6';
        return undefined;
      default:
        return notTcp(protocol);
    }
  }

  #enterUdp(cursor: Cursor): IgnoredReason | undefined {
    if (!cursor.has(8)) return cursor.shortReason();
    const { data, at, end, wireEnd } = cursor;
    const sourcePort = readUint16(data, at);
    const destinationPort = readUint16(data, at + 2);
    const byteCount = readUint16(data, at + 4);
    // A length of 0 is that of a datagram too long for the field, before the card cuts it.
    cursor.moveTo(data, at + 8, end, byteCount < 8 ? wireEnd : Math.min(at + byteCount, wireEnd));
    const ignored = readUdpTunnel(cursor, sourcePort, destinationPort, this.segment);
    if (ignored !== 'no-tunnel') return ignored;
    const protocol = udpProtocol(cursor, sourcePort, destinationPort);
    if (protocol === 'dns' || protocol === 'mdns' || protocol === 'llmnr')
      this.#ledger.addFact(isDnsResponse(cursor) ? 'dns-responses' : 'dns-queries');
    return `not-tcp:udp:${protocol}`;
  }

  /** @param addressed whether the IP addresses are those of the checksum: not on the way along a source route */
  #decodeTcp(data: Uint8Array, at: number, end: number, ipEnd: number, addressed: boolean): DecodeOutcome {
    const outcome = readTcp(this.segment, data, at, end, ipEnd);
    if (!this.#verifies || outcome !== 'segment' || !addressed || ipEnd > end) return outcome;
    return this.#accepts(judgeTcp(this.segment, data, at, ipEnd)) ? outcome : 'bad-checksum:tcp';
  }

  #accepts(verdict: ChecksumVerdict): boolean {
    if (verdict === 'partial') this.#ledger.addFact('checksums-partial');
    return verdict !== 'wrong';
  }
}

/** Why a header is not there: the capture cut it off, or whoever sent the packet did. */
function shortReason(end: number, wireEnd: number): IgnoredReason {
  return end < wireEnd ? 'truncated-header' : 'malformed';
}
