/**
 * Writes down for a {@link PacketWitness} what becomes of each packet, while the packet is being worked on.
 *
 *     place ─▶ piece, piece, … remark … ─▶ packet        one trace a packet, pieces in stream order
 *
 * A piece is `stream` when its bytes go to the stream, at once or once the bytes before them came. What is changed about
 * that later is told by `revised`, before the packet that changed it: the bytes were behind a FIN that came late, or the
 * overlap policy took another copy. The reasons are those of the account `segment bytes`; every captured payload byte
 * is in one piece; a copy that another interface saw, and what is of other ports, is in one by that name, in no account of
 * bytes.
 */
import type {
  ByteCount,
  Endpoint,
  Flow,
  Half,
  Packet,
  PacketWitness,
  PayloadPiece,
  SegmentTrace,
} from '../../core/index.ts';
import { formatIpv4, formatIpv6 } from '../decode/address.ts';
import type { Segment } from '../decode/segment.ts';
import type { HalfFlow } from './half-flow.ts';
import type { OverlapListener } from './held-segments.ts';
import type { TrackedFlow } from './tracked-flow.ts';

export class PacketTracer implements OverlapListener {
  readonly #witness: PacketWitness;
  #number = 0;
  #flowNumber = 0;
  #half: Half = 0;
  #pieces: PayloadPiece[] = [];
  #remarks: string[] = [];

  constructor(witness: PacketWitness) {
    this.#witness = witness;
  }

  /** The packet at hand belongs to this direction; pieces from now on are in its numbering. */
  place(tracked: TrackedFlow, half: HalfFlow): void {
    this.#flowNumber = tracked.number;
    this.#half = half === tracked.fromA ? 0 : 1;
  }

  piece(position: number, byteCount: ByteCount, fate: string): void {
    if (byteCount <= 0) return;
    this.#pieces.push({ position, byteCount, fate });
  }

  remark(name: string): void {
    if (!this.#remarks.includes(name)) this.#remarks.push(name);
  }

  revised(position: number, byteCount: ByteCount, fate: string): void {
    this.#witness.revised?.(this.#flowNumber, this.#half, { position, byteCount, fate });
  }

  kept(position: number, byteCount: ByteCount): void {
    this.piece(position, byteCount, 'stream');
  }

  lost(position: number, byteCount: ByteCount, differs: boolean): void {
    this.piece(position, byteCount, differs ? 'conflict' : 'duplicate');
  }

  replaced(position: number, byteCount: ByteCount, differs: boolean): void {
    this.revised(position, byteCount, differs ? 'conflict' : 'duplicate');
  }

  flowOpened(tracked: TrackedFlow, flow: Flow): void {
    const { fromA, fromB, fromClient, number } = tracked;
    this.#witness.flowOpened(number, flow, fromClient === fromB ? 1 : 0, [fromA.base, fromB.base]);
  }

  /** Ends the trace of the packet. @param segment what it carried, where it was decoded */
  packet(packet: Packet, fate: string, segment: Segment | undefined): void {
    this.#number++;
    this.#witness.packet({
      number: this.#number,
      at: packet.at,
      byteCount: packet.originalByteCount,
      fate,
      segment: segment === undefined ? undefined : this.#segmentTrace(segment),
    });
    this.#flowNumber = 0;
    this.#half = 0;
    this.#pieces = [];
    this.#remarks = [];
  }

  #segmentTrace(segment: Segment): SegmentTrace {
    return {
      flowNumber: this.#flowNumber,
      half: this.#half,
      source: sourceOf(segment),
      destination: destinationOf(segment),
      network: segment.network,
      flags: segment.flags,
      sequence: segment.sequence >>> 0,
      acknowledgment: segment.acknowledgment >>> 0,
      byteCount: segment.byteCount,
      pieces: this.#pieces,
      remarks: this.#remarks,
    };
  }
}

function sourceOf(segment: Segment): Endpoint {
  const { ipVersion, source0, source1, source2, source3, sourcePort } = segment;
  const address = ipVersion === 4 ? formatIpv4(source0) : formatIpv6(source0, source1, source2, source3);
  return { address, port: sourcePort };
}

function destinationOf(segment: Segment): Endpoint {
  const { ipVersion, destination0, destination1, destination2, destination3, destinationPort } = segment;
  const address =
    ipVersion === 4 ? formatIpv4(destination0) : formatIpv6(destination0, destination1, destination2, destination3);
  return { address, port: destinationPort };
}
