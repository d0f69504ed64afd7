/**
 * The recorded client's address, told to the target: as a header of HTTP, or as the PROXY protocol, version 2, in front of
 * everything that a connection of that client carries.
 *
 *     0            12   13      14       16
 *     +------------+----+-------+--------+-------------------------------------+
 *     | signature  | 21 | 11/21 | length | source, destination, their ports     |
 *     +------------+----+-------+--------+-------------------------------------+
 *
 * Source: HAProxy, "The PROXY protocol", section 2.2; X-Forwarded-For grows by one, as proxies make it (RFC 7239, section 7.4).
 */
import { isIPv4, SocketAddress } from 'node:net';
import type { Endpoint, Flow } from '../../core/index.ts';
import { HeadField } from '../request-key/index.ts';
import type { RecordedRequest } from './recorded-request.ts';

export const PROXY_V2 = 'proxy-v2';
const FORWARDED_FOR = 'x-forwarded-for';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Version 2, command PROXY. */
const PROXY = 0x21;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/** Says the client's address in a header. */
export class ClientHeader {
  readonly #name: string;
  readonly #before: HeadField | undefined;

  /** @param name of the header, a token; `x-forwarded-for` is added to, others are set */
  constructor(name: string) {
    this.#name = name;
    this.#before = name.toLowerCase() === FORWARDED_FOR ? new HeadField(name) : undefined;
  }

  of(recorded: RecordedRequest): readonly [name: string, value: string] {
    const { address } = recorded.flow.client;
    const before = this.#before?.firstOf(recorded);
    return [this.#name, before === undefined || before === '' ? address : `${before}, ${address}`];
  }
}

/** What comes first on a connection of this flow's client. */
export function proxyPreface({ client, server }: Pick<Flow, 'client' | 'server'>): Uint8Array {
  const isV4 = isIPv4(client.address) && isIPv4(server.address);
  const addresses = isV4 ? [v4Octets(client), v4Octets(server)] : [v6Octets(client), v6Octets(server)];
  const length = addresses.reduce((sum, octets) => sum + octets.length, 0) + 4;
  const head = Buffer.from([PROXY, isV4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6, length >> 8, length & 0xff]);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(client.port, 0);
  ports.writeUInt16BE(server.port, 2);
  return Buffer.concat([SIGNATURE, head, ...addresses, ports]);
}

function v4Octets({ address }: Endpoint): Uint8Array {
  return Buffer.from(address.split('.').map(Number));
}

/** IPv4 in its mapped form (RFC 4291, section 2.5.5.2). */
function v6Octets({ address }: Endpoint): Uint8Array {
  if (isIPv4(address))
    return Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), v4Octets({ address, port: 0 })]);
  const octets = Buffer.alloc(16);
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::');
  write(octets, groupsOf(head), 0);
  if (tail !== undefined) {
    const groups = groupsOf(tail);
    write(octets, groups, 8 - groups.length);
  }
  return octets;
}

function groupsOf(text: string): number[] {
  return text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
        return [(a << 8) | b, (c << 8) | d];
      });
}

function write(octets: Buffer, groups: readonly number[], from: number): void {
  for (const [index, group] of groups.entries()) octets.writeUInt16BE(group, (from + index) * 2);
}
