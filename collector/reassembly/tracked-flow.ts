/** A flow as the assembler knows it, between its first packet and the time when it is forgotten. */
import type { Flow, Micros } from '../../core/index.ts';
import type { Segment } from '../decode/segment.ts';
import { HalfFlow } from './half-flow.ts';

export interface Reset {
  /** Direction that it was sent in. */
  readonly half: HalfFlow;
  readonly position: number;
  /** Position of the other direction that its sender had. */
  readonly needs: number;
}

export class TrackedFlow {
  readonly ipVersion: number;
  readonly network: string;
  /** Ends as the first packet had them: `a` is its source. */
  readonly address0A: number;
  readonly address1A: number;
  readonly address2A: number;
  readonly address3A: number;
  readonly portA: number;
  readonly address0B: number;
  readonly address1B: number;
  readonly address2B: number;
  readonly address3B: number;
  readonly portB: number;
  readonly fromA = new HalfFlow();
  readonly fromB = new HalfFlow();
  readonly startedAt: Micros;
  /** Counts the flows of a run from 1. */
  readonly number: number;
  /** An open flow on the same ports, until an answer to this one's SYN shows that it is over; see `port-reuse.ts`. */
  supplants: TrackedFlow | undefined = undefined;
  /** Set when the flow opened: `open` was handed on. */
  flow: Flow | undefined = undefined;
  /** Direction from the client, once a SYN or the opening decided it. */
  fromClient: HalfFlow | undefined = undefined;
  /** The reset that ends the flow, when its stream gets there. */
  reset: Reset | undefined = undefined;
  /** Bytes came in another segment than a SYN, so whoever sent them had finished the handshake. */
  hasPlainData = false;
  /** Over: only remembered, or forgotten already. */
  closed = false;
  lastAt: Micros;
  /** When the flow began to wait for packets that a capture out of order may still bring; packets since. */
  waitingSince: Micros | undefined = undefined;
  waitingPackets = 0;
  /** When the flow began to hold bytes while nothing of the peer was seen. */
  oneSidedSince: Micros | undefined = undefined;
  /** What its held segments cost, as last reported to the sum of all flows. */
  heldCost = 0;
  /** Key in the flow table; flows with equal keys are chained. */
  readonly key: number;
  nextWithKey: TrackedFlow | undefined = undefined;
  /** Neighbours in the list of open or of closed flows, see `flow-list.ts`. */
  quieter: TrackedFlow | undefined = undefined;
  busier: TrackedFlow | undefined = undefined;

  constructor(segment: Segment, key: number, number: number, now: Micros) {
    this.key = key;
    this.number = number;
    this.ipVersion = segment.ipVersion;
    this.network = segment.network;
    this.address0A = segment.source0;
    this.address1A = segment.source1;
    this.address2A = segment.source2;
    this.address3A = segment.source3;
    this.portA = segment.sourcePort;
    this.address0B = segment.destination0;
    this.address1B = segment.destination1;
    this.address2B = segment.destination2;
    this.address3B = segment.destination3;
    this.portB = segment.destinationPort;
    this.startedAt = segment.at;
    this.lastAt = now;
  }

  peerOf(half: HalfFlow): HalfFlow {
    return half === this.fromA ? this.fromB : this.fromA;
  }

  /** The direction that the segment belongs to; undefined where it is of another flow. */
  halfOf(segment: Segment): HalfFlow | undefined {
    if (segment.ipVersion !== this.ipVersion || segment.network !== this.network) return undefined;
    if (
      segment.sourcePort === this.portA &&
      segment.destinationPort === this.portB &&
      segment.source0 === this.address0A &&
      segment.destination0 === this.address0B &&
      segment.source1 === this.address1A &&
      segment.source2 === this.address2A &&
      segment.source3 === this.address3A &&
      segment.destination1 === this.address1B &&
      segment.destination2 === this.address2B &&
      segment.destination3 === this.address3B
    ) {
      return this.fromA;
    }
    if (
      segment.sourcePort === this.portB &&
      segment.destinationPort === this.portA &&
      segment.source0 === this.address0B &&
      segment.destination0 === this.address0A &&
      segment.source1 === this.address1B &&
      segment.source2 === this.address2B &&
      segment.source3 === this.address3B &&
      segment.destination1 === this.address1A &&
      segment.destination2 === this.address2A &&
      segment.destination3 === this.address3A
    ) {
      return this.fromB;
    }
    return undefined;
  }
}
