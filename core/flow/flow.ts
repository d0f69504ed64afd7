/** Both ways of one five-tuple between its first and its last packet. */
import type { Micros } from '../units.ts';
import type { Endpoint } from './endpoint.ts';
import type { FlowId } from './flow-id.ts';

export { type Endpoint, formatEndpoint } from './endpoint.ts';

/** 0 is client to server, 1 server to client; a number because it indexes pairs on the hot path. */
export type Direction = 0 | 1;

/** Where the capture stood: at the caller's end, at the callee's, at both, or not known. */
export type Vantage = 'unknown' | 'caller' | 'callee' | 'both';

/** How it was decided who is the client: by the handshake, by a configured server port, or by a guess that content may overrule. */
export type Orientation = 'handshake' | 'port' | 'guess';

export interface Flow {
  readonly id: FlowId;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** VLAN and tunnel path, outermost first, as `vlan:12/vxlan:7`; empty outside of any. */
  readonly network: string;
  readonly vantage: Vantage;
  readonly orientation: Orientation;
  readonly startedAt: Micros;
}

/** The same flow seen with client and server exchanged, as content showed them to be. */
export function swapEnds(flow: Flow): Flow {
  return { ...flow, client: flow.server, server: flow.client };
}
