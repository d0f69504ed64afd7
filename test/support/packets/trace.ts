/** Segments in capture order, and what a network or a capture may do to them. Every transform gives a new trace. */
import type { Micros, Packet } from '../../../core/index.ts';
import { encodePcapHeader, encodePcapRecord } from '../../../formats/index.ts';
import { type LayerFields, wrapInLayers } from './encode-layers.ts';
import { encodeIp, encodeOnLink, encodeTcp, join, type SegmentFields, TCP_FLAG } from './encode-packet.ts';
import { seededRandom } from './seeded-random.ts';

export interface WireSegment {
  readonly from: 'client' | 'server';
  readonly at: Micros;
  readonly fields: SegmentFields;
  readonly link: {
    readonly linkType: number;
    readonly vlans: readonly number[];
    readonly layers?: readonly LayerFields[];
  };
  readonly interfaceId: number;
  /** Bytes captured of the packet; 0 for all. */
  readonly snapLength: number;
}

export class Trace {
  readonly segments: readonly WireSegment[];

  constructor(segments: readonly WireSegment[]) {
    this.segments = [...segments];
  }

  get packets(): readonly Packet[] {
    return this.segments.map(toPacket);
  }

  /** The trace as a pcap file; all of it has one link type. */
  pcap(): Uint8Array {
    return pcapOf(this.packets);
  }

  /** Packets move by up to `distance` places; their times stay in order, as those of a capture do. */
  reorder(seed: number, distance = 3): Trace {
    const random = seededRandom(seed);
    const placed = this.segments.map((segment, index) => ({ segment, place: index + random() * (distance + 1) }));
    placed.sort((one, other) => one.place - other.place);
    return new Trace(
      placed.map(({ segment }, index) => ({ ...segment, at: (this.segments[index] as WireSegment).at })),
    );
  }

  /** About every `every`-th packet comes a second time, right behind itself. */
  duplicate(seed: number, every = 2): Trace {
    const random = seededRandom(seed);
    return new Trace(this.segments.flatMap((segment) => (random() * every < 1 ? [segment, segment] : [segment])));
  }

  /** Every packet comes again from another interface, as in a capture on all of them. */
  alsoOnInterface(interfaceId: number): Trace {
    return new Trace(this.segments.flatMap((segment) => [segment, { ...segment, interfaceId }]));
  }

  /** The packet of that index is missing. */
  lose(index: number): Trace {
    return new Trace(this.segments.filter((_, at) => at !== index));
  }

  /** Segments with data are sent again from some bytes before their begin, in place of the segment itself. */
  overlap(seed: number): Trace {
    const random = seededRandom(seed);
    const before: Partial<Record<'client' | 'server', WireSegment>> = {};
    return new Trace(
      this.segments.map((segment) => {
        const { payload, sequence } = segment.fields;
        if (payload.length === 0) return segment;
        const earlier = before[segment.from]?.fields;
        before[segment.from] = segment;
        if (earlier === undefined || (earlier.sequence + earlier.payload.length) >>> 0 !== sequence) return segment;
        const back = Math.floor(random() * (earlier.payload.length + 1));
        const again = join(earlier.payload.subarray(earlier.payload.length - back), payload);
        return { ...segment, fields: { ...segment.fields, sequence: (sequence - back) >>> 0, payload: again } };
      }),
    );
  }

  withoutHandshake(): Trace {
    return new Trace(this.segments.filter(({ fields }) => (fields.flags & TCP_FLAG.syn) === 0));
  }

  /** Only what one side sent. */
  onlyFrom(side: 'client' | 'server'): Trace {
    return new Trace(this.segments.filter(({ from }) => from === side));
  }

  followedBy(...others: readonly Trace[]): Trace {
    return new Trace([this, ...others].flatMap((trace) => trace.segments));
  }

  /** Both in order of time. */
  mergedWith(...others: readonly Trace[]): Trace {
    const all = this.followedBy(...others).segments;
    return new Trace([...all].sort((one, other) => one.at - other.at));
  }
}

export function toPacket(segment: WireSegment): Packet {
  const { linkType, vlans, layers = [] } = segment.link;
  const ip = encodeIp(segment.fields, encodeTcp(segment.fields));
  const { etherType, bytes } = wrapInLayers(layers, ip, segment.from === 'server');
  const data = encodeOnLink({ linkType, vlans, interfaceIndex: segment.interfaceId }, etherType, bytes);
  return packetOf(data, {
    at: segment.at,
    linkType,
    interfaceId: segment.interfaceId,
    captured: segment.snapLength === 0 ? data.length : Math.min(segment.snapLength, data.length),
  });
}

/** Link-layer bytes as a packet. */
export function packetOf(
  data: Uint8Array,
  how: { readonly linkType: number; readonly at?: Micros; readonly interfaceId?: number; readonly captured?: number },
): Packet {
  return {
    at: how.at ?? 1_700_000_000_000_000,
    linkType: how.linkType,
    interfaceId: how.interfaceId ?? 0,
    data,
    start: 0,
    end: how.captured ?? data.length,
    originalByteCount: data.length,
  };
}

export function pcapOf(packets: readonly Packet[]): Uint8Array {
  return join(encodePcapHeader(packets[0]?.linkType ?? 1), ...packets.map(encodePcapRecord));
}
