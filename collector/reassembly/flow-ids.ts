/**
 * Ids of the flows that are remembered, and who has them.
 *
 * The id of a handshake is the same wherever the flow is seen, through address translation and tunnels too, so that two
 * flows of one capture may come to the same:
 *
 *     network of one   of the other            are they one flow?
 *     vlan:5           vlan:5                  yes, its addresses were translated
 *     vlan:5           vlan:5/vxlan:7, or ''   yes, outside and inside of a tunnel, where the times agree
 *     vlan:1           vlan:2                  no: equal addresses in two networks never mix
 *
 *     times:    outside    SYN ──┐        ┌── SYN-ACK         whoever sees the SYN first sees its answer last;
 *               inside           └─ … ────┘                   a copy sees both later, by the same time
 *
 * Two vantages of one flow share the id, and are two `Flow` values. Otherwise the later one gets an id of its tuple. The
 * map is as large as the flow table, which is bounded.
 */
import {
  type Endpoint,
  type FlowId,
  flowIdFromHandshake,
  flowIdFromTuple,
  type Micros,
  type Vantage,
} from '../../core/index.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** Between the SYNs of two vantages: three times a lost and repeated SYN (RFC 6298: after 1, 3, 7 s), and clocks apart. */
const MAX_VANTAGE_DISTANCE: Micros = 10_000_000;
/** By how much the one that sees the answer last may see the SYN last, too: clocks of one site differ by less. */
const MAX_CLOCK_DIFFERENCE: Micros = 20_000;

export interface FlowIdentity {
  readonly id: FlowId;
  /** Another remembered flow has the id, too. */
  readonly secondVantage: boolean;
  readonly vantage: Vantage;
}

export class FlowIds {
  readonly #holders = new Map<FlowId, TrackedFlow>();

  /** The identity of a flow that opens. */
  identify(tracked: TrackedFlow, fromClient: HalfFlow, client: Endpoint, server: Endpoint): FlowIdentity {
    const { network, startedAt } = tracked;
    const clientIsn = fromClient.isn;
    const serverIsn = tracked.peerOf(fromClient).isn;
    const vantage: Vantage = client.address === server.address ? 'both' : 'unknown';
    if (clientIsn === undefined || serverIsn === undefined) {
      return { id: flowIdFromTuple(client, server, network, startedAt), secondVantage: false, vantage };
    }
    const id = flowIdFromHandshake(clientIsn, serverIsn, client.port);
    const holder = this.#holders.get(id);
    if (holder === undefined) {
      this.#holders.set(id, tracked);
      return { id, secondVantage: false, vantage };
    }
    if (!isSameFlow(holder, tracked)) {
      return { id: flowIdFromTuple(client, server, network, startedAt), secondVantage: false, vantage };
    }
    // Saw the SYN before the other place and its answer behind it: the caller is on this side.
    return { id, secondVantage: true, vantage: startedAt < holder.startedAt ? 'caller' : vantage };
  }

  /** The flow is forgotten. */
  release(tracked: TrackedFlow): void {
    const id = tracked.flow?.id;
    if (id !== undefined && this.#holders.get(id) === tracked) this.#holders.delete(id);
  }
}

/** @param late was answered later in the capture than `holder` */
function isSameFlow(holder: TrackedFlow, late: TrackedFlow): boolean {
  const began = late.startedAt - holder.startedAt;
  if (Math.abs(began) > MAX_VANTAGE_DISTANCE) return false;
  if (holder.network === late.network) return true;
  if (began > MAX_CLOCK_DIFFERENCE) return false;
  return isInside(holder.network, late.network) || isInside(late.network, holder.network);
}

function isInside(inner: string, outer: string): boolean {
  return outer === '' || inner.startsWith(`${outer}/`);
}
