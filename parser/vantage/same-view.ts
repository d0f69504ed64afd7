import type { Endpoint, Flow } from '../../core/index.ts';

/** Whether two values stand for a flow seen at one place: the same ends, either way round, in the same network. */
export function isSameView(one: Flow, other: Flow): boolean {
  if (one === other) return true;
  if (one.network !== other.network) return false;
  return isBetween(one, other.client, other.server) || isBetween(one, other.server, other.client);
}

function isBetween({ client, server }: Flow, from: Endpoint, to: Endpoint): boolean {
  return isSame(client, from) && isSame(server, to);
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address === other.address;
}
