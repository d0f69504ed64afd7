/**
 * Looks over the collector's shoulder: what became of every packet and of every payload byte. Absent in ordinary runs,
 * which then pay nothing for it; `explain` and detailed ledgers bring one.
 *
 * A flow has no direction before it opens, so payload is placed by half (0: as the flow's first packet went, 1: the
 * other way) and position; `flowOpened` tells how both become stream offsets: `offset = position - bases[half]`.
 */
import type { Endpoint } from '../flow/endpoint.ts';
import type { Flow } from '../flow/flow.ts';
import type { ByteCount, Micros } from '../units.ts';

export type Half = 0 | 1;

/** A run of payload bytes that went the same way. */
export interface PayloadPiece {
  /** In the half's numbering: signed, without wrap. */
  readonly position: number;
  readonly byteCount: ByteCount;
  /** `stream`, also where it waits for bytes before it, or the reason it was set aside: `duplicate`, `conflict`, `keep-alive`, `out-of-window`, `after-close`, `reset-payload`, `seen-on-another-interface`, `other-port`. */
  readonly fate: string;
}

export interface SegmentTrace {
  /** Counts the flows of this run from 1; ports are reused, so the tuple alone would not tell them apart. 0 where no flow took it: a reset or a probe of an unknown one, numbers of its pieces then count from 0. */
  readonly flowNumber: number;
  readonly half: Half;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** As in `Flow.network`. */
  readonly network: string;
  /** TCP flags octet. */
  readonly flags: number;
  /** As unsigned 32 bits. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Payload on the wire. */
  readonly byteCount: ByteCount;
  readonly pieces: readonly PayloadPiece[];
  /** Oddities by name: `zero-window-probe`, `reset-out-of-window`, `reset-challenged`, `urgent`, `flow-replaced`. */
  readonly remarks: readonly string[];
}

export interface PacketTrace {
  /** Counts the packets of the source from 1, in the order of capture. */
  readonly number: number;
  readonly at: Micros;
  readonly byteCount: ByteCount;
  /** `decoded`, `held` (a fragment that waits for the others), or why it was ignored. */
  readonly fate: string;
  readonly segment: SegmentTrace | undefined;
}

export interface PacketWitness {
  /** Once a packet, in order. */
  packet(trace: PacketTrace): void;
  /** @param clientHalf the half that goes from client to server */
  flowOpened(flowNumber: number, flow: Flow, clientHalf: Half, bases: readonly [number, number]): void;
  /**
   * Bytes that an earlier packet brought as `stream` were set aside after all: behind a FIN that came late, or for
   * another copy, as the overlap policy wants. Called before the packet that brought it about.
   */
  revised?(flowNumber: number, half: Half, piece: PayloadPiece): void;
}
