/** A flow whose bytes are counted and not kept, because nobody can read them or nobody wants them. */
import type { ByteCount, Direction, StreamOffset } from '../core/index.ts';
import type { ProtocolFlow } from './protocol-flow.ts';

export interface DiscardHost {
  discard(direction: Direction, offset: StreamOffset, byteCount: ByteCount, reason: string): void;
}

export class DiscardedFlow implements ProtocolFlow {
  readonly #host: DiscardHost;
  readonly #reason: string;

  constructor(host: DiscardHost, reason: string) {
    this.#host = host;
    this.#reason = reason;
  }

  push(direction: Direction, bytes: Uint8Array, offset: StreamOffset): void {
    this.#host.discard(direction, offset, bytes.length, this.#reason);
  }

  gap(): void {}

  close(): void {}

  tick(): void {}
}
