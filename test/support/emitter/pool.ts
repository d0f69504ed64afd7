/** A connection pool to a server on loopback, by this machine's clock. */
import type { SendHandler } from '../../../core/index.ts';
import {
  ConnectionPool,
  type ConnectionPoolDeps,
  type ConnectionPoolOptions,
} from '../../../emitter/connection/connection-pool.ts';
import { OwnEndpoints } from '../../../emitter/connection/own-endpoints.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

export function poolTo(
  port: number,
  handler: SendHandler,
  options: Partial<ConnectionPoolOptions> = {},
  deps: Partial<ConnectionPoolDeps> = {},
): ConnectionPool {
  return new ConnectionPool(
    {
      endpoint: { address: '127.0.0.1', port },
      maxConnections: 4,
      timeoutMs: 5_000,
      pipelining: 1,
      retry: false,
      keepResponses: false,
      tls: undefined,
      ...options,
    },
    { clock: SYSTEM_CLOCK, handler, ownEndpoints: new OwnEndpoints(), ...deps },
  );
}
