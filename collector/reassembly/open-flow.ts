/** Who is the client, what is the flow's id: decided once, when the flow opens. */
import { type Endpoint, type Flow, flowIdFromHandshake, flowIdFromTuple, type Orientation } from '../../core/index.ts';
import { formatIpv4, formatIpv6 } from '../decode/address.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** Gives the tracked flow its `flow`, its streams their directions and first positions. */
export function openFlow(tracked: TrackedFlow, serverPorts: ReadonlySet<number>): Flow {
  const { half: fromClient, orientation } = orient(tracked, serverPorts);
  const fromServer = tracked.peerOf(fromClient);
  const a = endpoint(
    tracked.ipVersion,
    tracked.address0A,
    tracked.address1A,
    tracked.address2A,
    tracked.address3A,
    tracked.portA,
  );
  const b = endpoint(
    tracked.ipVersion,
    tracked.address0B,
    tracked.address1B,
    tracked.address2B,
    tracked.address3B,
    tracked.portB,
  );
  const [client, server] = fromClient === tracked.fromA ? [a, b] : [b, a];
  const { network, startedAt } = tracked;
  const id =
    fromClient.isn !== undefined && fromServer.isn !== undefined
      ? flowIdFromHandshake(fromClient.isn, fromServer.isn, client.port)
      : flowIdFromTuple(client, server, network, startedAt);
  const flow: Flow = { id, client, server, network, vantage: 'unknown', orientation, startedAt };
  tracked.flow = flow;
  tracked.fromClient = fromClient;
  fromClient.begin(0);
  fromServer.begin(1);
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

function endpoint(version: number, word0: number, word1: number, word2: number, word3: number, port: number): Endpoint {
  return { address: version === 4 ? formatIpv4(word0) : formatIpv6(word0, word1, word2, word3), port };
}
