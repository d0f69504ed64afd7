/** Bytes that someone else captured, gzip or not → batches of packets, for the sources that only read. */
import type { CaptureStatistics } from '../../core/index.ts';
import { CaptureReader } from '../../formats/index.ts';
import { inflated } from './inflated.ts';
import { type PacketBatches, readPackets } from './packet-batches.ts';

export class CaptureInput {
  readonly #name: string;
  readonly #reader: CaptureReader;
  #delivered = 0;
  #stopped = false;

  /** @param name what is read, as messages should call it */
  constructor(name: string) {
    this.#name = name;
    this.#reader = new CaptureReader(name);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Ends with the pieces, and quietly once `stop` was called: an input cut off on request is not a broken one.
   *
   * @throws BytecopyError where the input is broken, after the packets before it
   */
  async *packets(pieces: AsyncIterable<Uint8Array>): PacketBatches {
    try {
      for await (const packets of readPackets(inflated(pieces, this.#name), this.#reader)) {
        this.#delivered += packets.length;
        yield packets;
      }
    } catch (error) {
      if (!this.#stopped) throw error;
    }
    if (this.#stopped) return;
    this.#reader.end();
    if (this.#reader.failure !== undefined) throw this.#reader.failure;
  }

  /** The pieces will end before the capture does. */
  stop(): void {
    this.#stopped = true;
  }

  /** Drops are known where the capture file says so (pcapng interface statistics). */
  statistics(): CaptureStatistics {
    return {
      delivered: this.#delivered,
      droppedByKernel: this.#reader.droppedByKernel,
      droppedByInterface: this.#reader.droppedByInterface,
    };
  }
}
