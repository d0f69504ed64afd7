/**
 * Which ends a conversation has: those that were recorded, unless they are in use at that time. They are where a flow
 * goes on while its last conversation ends, where one was seen in two networks, and where a recording knows no addresses.
 */
import type { Endpoint, Flow, FlowId } from '../../core/index.ts';
import { formatEndpoint } from '../../core/index.ts';
import type { SyntheticConnection } from './synthetic-connection.ts';

/** Places remembered; the one longest unused is forgotten. */
const MAX_PLACES = 100_000;
/** Ports that are made up are of the dynamic range (RFC 6335, section 6). */
const DYNAMIC_PORTS = { first: 49_152, count: 16_384 } as const;
/** Ports tried before one is taken that is in use. */
const MAX_TRIES = 256;

export interface ConnectionPlace {
  readonly client: Endpoint;
  /** Conversations that were here before, so that a new one begins at other sequence numbers. */
  generation: number;
  /** The last one. */
  flow: FlowId;
  connection: SyntheticConnection | undefined;
}

export class ConnectionPlaces {
  readonly #places = new Map<string, ConnectionPlace>();
  #madeUp = 0;

  /** @param isFree whether the last conversation of a place has ended */
  take({ client, server }: Flow, isFree: (place: ConnectionPlace) => boolean): ConnectionPlace {
    let place = this.#placeOf(client, server);
    const isOneEnd = formatEndpoint(client) === formatEndpoint(server);
    for (let tries = 0; tries < MAX_TRIES && ((isOneEnd && tries === 0) || !isFree(place)); tries++) {
      const port = DYNAMIC_PORTS.first + (this.#madeUp++ % DYNAMIC_PORTS.count);
      place = this.#placeOf({ ...client, port }, server);
    }
    place.generation++;
    return place;
  }

  #placeOf(client: Endpoint, server: Endpoint): ConnectionPlace {
    const name = `${formatEndpoint(client)} ${formatEndpoint(server)}`;
    const place = this.#places.get(name) ?? { client, generation: 0, flow: '', connection: undefined };
    this.#places.delete(name);
    this.#places.set(name, place);
    if (this.#places.size > MAX_PLACES) {
      for (const oldest of this.#places.keys()) {
        this.#places.delete(oldest);
        break;
      }
    }
    return place;
  }
}
