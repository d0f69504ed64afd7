/** Who is the client, what is the flow's id: decided once, when the flow opens. */
import type { Endpoint, Flow, Ledger, Orientation } from '../../core/index.ts';
import { formatIpv6 } from '../decode/address.ts';
import { AddressTexts } from './address-texts.ts';
import { FlowIds } from './flow-ids.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

export class FlowOpener {
  readonly #serverPorts: ReadonlySet<number>;
  readonly #ledger: Ledger;
  readonly #ids = new FlowIds();
  readonly #texts = new AddressTexts();

  constructor(serverPorts: ReadonlySet<number>, ledger: Ledger) {
    this.#serverPorts = serverPorts;
    this.#ledger = ledger;
  }

  /** Gives the tracked flow its `flow`, its streams their directions and first positions; counts it. */
  open(tracked: TrackedFlow): Flow {
    const { half: fromClient, orientation } = orient(tracked, this.#serverPorts);
    const [a, b] = [endA(tracked, this.#texts), endB(tracked, this.#texts)];
    const [client, server] = fromClient === tracked.fromA ? [a, b] : [b, a];
    const { network, startedAt } = tracked;
    const { id, secondVantage, vantage } = this.#ids.identify(tracked, fromClient, client, server);
    const flow: Flow = { id, client, server, network, vantage, orientation, startedAt };
    tracked.flow = flow;
    tracked.fromClient = fromClient;
    fromClient.begin(0);
    tracked.peerOf(fromClient).begin(1);
    this.#ledger.addFact('flows');
    if (orientation !== 'handshake') this.#ledger.addFact('flows-mid-stream');
    if (secondVantage) this.#ledger.addFact('flows-second-vantage');
    return flow;
  }

  /** The flow is forgotten. */
  release(tracked: TrackedFlow): void {
    this.#ids.release(tracked);
  }
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

function endA({ rest, addressA: word, portA: port }: TrackedFlow, texts: AddressTexts): Endpoint {
  return { address: rest === undefined ? texts.of(word) : formatIpv6(word, rest.a1, rest.a2, rest.a3), port };
}

function endB({ rest, addressB: word, portB: port }: TrackedFlow, texts: AddressTexts): Endpoint {
  return { address: rest === undefined ? texts.of(word) : formatIpv6(word, rest.b1, rest.b2, rest.b3), port };
}
