/**
 * Where decoding stands in a packet: one mutable object, begun anew for every packet.
 *
 *     ┌ data ────────────────────────────────────────┐
 *     │ headers read │ layer, at `at` …  │ end        │ wireEnd (beyond what was captured, where the packet was cut)
 *
 * A reader of a layer checks with `has`, moves `at` behind its header, names the next `layer`, and answers undefined, or
 * why the packet is ignored.
 */
import type { ByteCount, Packet } from '../../core/index.ts';
import { type ElementBetween, type NetworkPath, NetworkPaths, type NumberedElement } from './network-paths.ts';
import type { Segment } from './segment.ts';

/** What may stand at the cursor. `ether-type` is whatever `etherType` says, `ip` either version. */
export type Layer =
  | 'ethernet'
  | 'ether-type'
  | 'llc'
  | 'mpls'
  | 'ppp'
  | 'ppp-hdlc'
  | 'c-hdlc'
  | 'nflog'
  | 'pflog'
  | 'ip'
  | 'ipv4'
  | 'ipv6';

export class Cursor {
  data: Uint8Array = NO_BYTES;
  at: ByteCount = 0;
  /** End of the captured bytes of this layer. */
  end: ByteCount = 0;
  /** End of this layer on the wire: `end`, or more. */
  wireEnd: ByteCount = 0;
  /** `wireEnd` is what the layer around says itself, and IP that claims more is wrong; else such IP was cut. */
  endIsSure = false;
  layer: Layer = 'ethernet';
  etherType = 0;
  interfaceId = 0;
  /** Layers read of this packet: what bounds nesting. */
  layerCount = 0;
  readonly #paths = new NetworkPaths();
  /** The VLANs and tunnels that were entered. */
  path: NetworkPath = this.#paths.outside;

  begin(packet: Packet): void {
    this.data = packet.data;
    this.at = packet.start;
    this.end = packet.end;
    this.wireEnd = packet.start + packet.originalByteCount;
    this.endIsSure = false;
    this.path = this.#paths.outside;
    this.interfaceId = packet.interfaceId;
    this.layerCount = 0;
  }

  /** Goes on at the payload of an IP packet, joined from fragments perhaps. */
  moveTo(data: Uint8Array, at: ByteCount, end: ByteCount, wireEnd: ByteCount): void {
    this.data = data;
    this.at = at;
    this.end = Math.min(end, wireEnd);
    this.wireEnd = wireEnd;
    this.endIsSure = false;
  }

  has(byteCount: ByteCount): boolean {
    return this.end - this.at >= byteCount;
  }

  /** Why a header is not there: the capture cut it off, or whoever sent the packet did. */
  shortReason(): 'truncated-header' | 'malformed' {
    return this.end < this.wireEnd ? 'truncated-header' : 'malformed';
  }

  /** The next layer is in a VLAN or tunnel that its number tells apart. */
  enter(element: NumberedElement, number?: number): void {
    this.path = this.#paths.enter(this.path, element, number);
  }

  /** The next layer is in a tunnel that its two ends tell apart. */
  enterBetween(element: ElementBetween, outer: Segment): void {
    this.path = this.#paths.enterBetween(this.path, element, outer);
  }
}

const NO_BYTES = new Uint8Array(0);
