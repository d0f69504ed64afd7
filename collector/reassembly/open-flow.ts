/** Who is the client, what is the flow's id: decided once, when the flow opens. */
import type { Endpoint, Flow, Ledger, Orientation } from '../../core/index.ts';
import { formatIpv4, formatIpv6 } from '../decode/address.ts';
import type { FlowIds } from './flow-ids.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** Gives the tracked flow its `flow`, its streams their directions and first positions; counts it. */
export function openFlow(tracked: TrackedFlow, serverPorts: ReadonlySet<number>, ids: FlowIds, ledger: Ledger): Flow {
  const { half: fromClient, orientation } = orient(tracked, serverPorts);
  const fromServer = tracked.peerOf(fromClient);
  const [client, server] =
    fromClient === tracked.fromA ? [endA(tracked), endB(tracked)] : [endB(tracked), endA(tracked)];
  const { network, startedAt } = tracked;
  const { id, secondVantage, vantage } = ids.identify(tracked, fromClient, client, server);
  const flow: Flow = { id, client, server, network, vantage, orientation, startedAt };
  tracked.flow = flow;
  tracked.fromClient = fromClient;
  fromClient.begin(0);
  fromServer.begin(1);
  ledger.addFact('flows');
  if (orientation !== 'handshake') ledger.addFact('flows-mid-stream');
  if (secondVantage) ledger.addFact('flows-second-vantage');
  return flow;
}

/** By the handshake; by a configured port; otherwise a guess: servers listen on the lower port, or speak second. */
function orient(
  tracked: TrackedFlow,
  serverPorts: ReadonlySet<number>,
): { readonly half: HalfFlow; readonly orientation: Orientation } {
  const { fromA, fromB, portA, portB } = tracked;
  if (tracked.fromClient !== undefined) return { half: tracked.fromClient, orientation: 'handshake' };
  const [servesA, servesB] = [serverPorts.has(portA), serverPorts.has(portB)];
  if (servesA !== servesB) return { half: servesB ? fromA : fromB, orientation: 'port' };
  return { half: portA < portB ? fromB : fromA, orientation: 'guess' };
}

function endA({ ipVersion, address0A, address1A, address2A, address3A, portA }: TrackedFlow): Endpoint {
  return endpoint(ipVersion, address0A, address1A, address2A, address3A, portA);
}

function endB({ ipVersion, address0B, address1B, address2B, address3B, portB }: TrackedFlow): Endpoint {
  return endpoint(ipVersion, address0B, address1B, address2B, address3B, portB);
}

function endpoint(version: number, word0: number, word1: number, word2: number, word3: number, port: number): Endpoint {
  return { address: version === 4 ? formatIpv4(word0) : formatIpv6(word0, word1, word2, word3), port };
}
