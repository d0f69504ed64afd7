/** Which of a name's addresses serves: `localhost` often has two, and only one of them listens. */
import { connect } from 'node:net';
import type { Endpoint, Millis } from '../../core/index.ts';

/**
 * The first endpoint, in the order given, that takes a connection; the first of all where none does, so that the sends
 * show why. A single endpoint is not tried.
 * @param endpoints at least one
 */
export async function firstReachable(
  endpoints: readonly [Endpoint, ...Endpoint[]],
  timeoutMs: Millis,
): Promise<Endpoint> {
  if (endpoints.length > 1) {
    for (const endpoint of endpoints) {
      if (await opens(endpoint, timeoutMs)) return endpoint;
    }
  }
  return endpoints[0];
}

function opens(endpoint: Endpoint, timeoutMs: Millis): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.address, port: endpoint.port });
    const tell = (open: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(open);
    };
    const timer = setTimeout(() => tell(false), timeoutMs);
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });
}
