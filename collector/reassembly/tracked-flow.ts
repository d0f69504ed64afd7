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

/** Words 1 to 3 of both addresses of IPv6; apart, since most flows are of IPv4. */
export interface AddressRest {
  readonly a1: number;
  readonly a2: number;
  readonly a3: number;
  readonly b1: number;
  readonly b2: number;
  readonly b3: number;
}

export class TrackedFlow {
  readonly ipVersion: number;
  readonly network: string;
  /** Ends as the first packet had them: `a` is its source. */
  readonly addressA: number;
  readonly portA: number;
  readonly addressB: number;
  readonly portB: number;
  /** What addresses of IPv6 have beyond their first word; undefined for IPv4. */
  readonly rest: AddressRest | undefined;
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
    this.addressA = segment.source0;
    this.portA = segment.sourcePort;
    this.addressB = segment.destination0;
    this.rest = segment.ipVersion === 4 ? undefined : restOf(segment);
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
    const { rest } = this;
    if (
      segment.sourcePort === this.portA &&
      segment.destinationPort === this.portB &&
      segment.source0 === this.addressA &&
      segment.destination0 === this.addressB &&
      (rest === undefined || goesFromA(segment, rest))
    ) {
      return this.fromA;
    }
    if (
      segment.sourcePort === this.portB &&
      segment.destinationPort === this.portA &&
      segment.source0 === this.addressB &&
      segment.destination0 === this.addressA &&
      (rest === undefined || goesFromB(segment, rest))
    ) {
      return this.fromB;
    }
    return undefined;
  }
}

function restOf(segment: Segment): AddressRest {
  const { source1: a1, source2: a2, source3: a3, destination1: b1, destination2: b2, destination3: b3 } = segment;
  return { a1, a2, a3, b1, b2, b3 };
}

function goesFromA(segment: Segment, rest: AddressRest): boolean {
  return (
    segment.source1 === rest.a1 &&
    segment.source2 === rest.a2 &&
    segment.source3 === rest.a3 &&
    segment.destination1 === rest.b1 &&
    segment.destination2 === rest.b2 &&
    segment.destination3 === rest.b3
  );
}

function goesFromB(segment: Segment, rest: AddressRest): boolean {
  return (
    segment.source1 === rest.b1 &&
    segment.source2 === rest.b2 &&
    segment.source3 === rest.b3 &&
    segment.destination1 === rest.a1 &&
    segment.destination2 === rest.a2 &&
    segment.destination3 === rest.a3
  );
}
