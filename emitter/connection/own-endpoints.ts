/**
 * The emitter's own ends of its connections, so that a mirror can leave out what it has sent itself, in protocols whose
 * requests have no place for a marker.
 *
 * Captured packets come later than they were sent: the ends of connections that are closed are known for
 * {@link MAX_CLOSED} more of them.
 */
import type { Endpoint } from '../../core/index.ts';

/** At 5,000 connections a second, all closed after one request, nearly a second. */
const MAX_CLOSED = 4_096;

const NO_ADDRESSES: readonly string[] = [];

export class OwnEndpoints {
  /** Addresses by port: looking one up makes no text. */
  readonly #byPort = new Map<number, string[]>();
  readonly #closed: Endpoint[] = [];
  #closedAt = 0;

  /** Whether a connection of this process is, or was a moment ago, open from there. */
  has(endpoint: Endpoint): boolean {
    return (this.#byPort.get(endpoint.port) ?? NO_ADDRESSES).includes(endpoint.address);
  }

  opened(endpoint: Endpoint): void {
    const addresses = this.#byPort.get(endpoint.port);
    if (addresses === undefined) this.#byPort.set(endpoint.port, [endpoint.address]);
    else addresses.push(endpoint.address);
  }

  closed(endpoint: Endpoint): void {
    const oldest = this.#closed[this.#closedAt];
    this.#closed[this.#closedAt] = endpoint;
    this.#closedAt = (this.#closedAt + 1) % MAX_CLOSED;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget({ address, port }: Endpoint): void {
    const addresses = this.#byPort.get(port) ?? [];
    const place = addresses.indexOf(address);
    if (place >= 0) addresses.splice(place, 1);
    if (addresses.length === 0) this.#byPort.delete(port);
  }
}
