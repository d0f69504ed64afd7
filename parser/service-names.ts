/** Names services by the `services:` map: what is called, and who calls. */
import { type Endpoint, formatEndpoint } from '../core/index.ts';
import type { ServiceEntry, ServiceProtocol } from './options.ts';

export interface ServiceName {
  readonly name: string;
  /** False where `ip:port` had to stand in for a name. */
  readonly configured: boolean;
}

export class ServiceNames {
  /** Whether the Host header decides anything: if not, it need not be read. */
  readonly usesHost: boolean;
  readonly #entries: readonly ServiceEntry[];
  readonly #hints: readonly ServiceEntry[];
  readonly #callers: ReadonlyMap<string, string>;

  constructor(entries: readonly ServiceEntry[]) {
    this.#entries = entries.map((entry) => ({ ...entry, host: entry.host?.toLowerCase() }));
    this.usesHost = entries.some(({ host }) => host !== undefined);
    this.#hints = entries.filter(
      ({ protocol, address, port }) => protocol !== undefined && (address ?? port) !== undefined,
    );
    const callers = new Map<string, string>();
    for (const { name, address } of entries) {
      if (address !== undefined && !callers.has(address)) callers.set(address, name);
    }
    this.#callers = callers;
  }

  /** @param host value of the Host header, empty where there is none */
  called(server: Endpoint, host: string): ServiceName {
    const bare = withoutPort(host);
    for (const entry of this.#entries) {
      if (entry.address !== undefined && entry.address !== server.address) continue;
      if (entry.port !== undefined && entry.port !== server.port) continue;
      if (entry.host !== undefined && entry.host !== bare) continue;
      return { name: entry.name, configured: true };
    }
    return { name: formatEndpoint(server), configured: false };
  }

  /** What the service at the address is said to speak; empty where nothing is. */
  protocolOf(server: Endpoint): ServiceProtocol | '' {
    for (const { address, port, protocol } of this.#hints) {
      if (address !== undefined && address !== server.address) continue;
      if (port === undefined || port === server.port) return protocol ?? '';
    }
    return '';
  }

  /** Name of the service that lives at the client's address (its port is ephemeral); empty where unknown. */
  caller(client: Endpoint): string {
    return this.#callers.get(client.address) ?? '';
  }
}

/** Host names are case-insensitive; `[::1]:80` and `a:80` lose their port. */
function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  const bare = colon > host.lastIndexOf(']') ? host.slice(0, colon) : host;
  return bare.toLowerCase();
}
