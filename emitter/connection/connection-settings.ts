/** What all connections of a pool have in common. */
import type { Endpoint, Millis } from '../../core/index.ts';
import type { TlsSetup } from './open-socket.ts';

export interface ConnectionSettings {
  readonly endpoint: Endpoint;
  readonly tls: TlsSetup | undefined;
  /** Read buffer; nothing of it is kept. */
  readonly buffer: Uint8Array;
  readonly pipelining: number;
  readonly keepResponses: boolean;
  readonly timeoutMs: Millis;
}
