/**
 * Bus within one process: batches pass by reference, in order, to one consumer.
 *
 * Bounded by the number of batches: a batch is what one read of the source gave (about 1 MiB of packets), so the bound
 * is one of bytes too. Nothing survives the process, so there is nothing to redeliver.
 */
import type { Bus, BusBatch, BusProducer } from '../ports/bus.ts';

/** 64 reads of the source, about 64 MiB of packets: some seconds of heavy traffic while a consumer catches up. */
export const MAX_BATCHES = 64;

export class MemoryBus<T> implements Bus<T> {
  readonly #maxBatches: number;
  readonly #waiting: (readonly T[])[] = [];
  #uncommitted = 0;
  #closed = false;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducer: (() => void) | undefined;

  constructor(maxBatches = MAX_BATCHES) {
    this.#maxBatches = maxBatches;
  }

  producer(): BusProducer<T> {
    const bus = this;
    return {
      get hasRoom() {
        return bus.#hasRoom();
      },
      publish: (values) => this.#publish(values),
      close: () => {
        this.#closed = true;
        this.#wakeConsumer?.();
      },
    };
  }

  async *consume(): AsyncGenerator<BusBatch<T>> {
    for (;;) {
      const values = this.#waiting.shift();
      if (values === undefined) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => {
          this.#wakeConsumer = resolve;
        });
        continue;
      }
      this.#uncommitted++;
      yield { values, commit: () => this.#commit() };
    }
  }

  #hasRoom(): boolean {
    return this.#waiting.length + this.#uncommitted < this.#maxBatches;
  }

  async #publish(values: readonly T[]): Promise<void> {
    this.#waiting.push(values);
    this.#wakeConsumer?.();
    while (!this.#hasRoom()) {
      await new Promise<void>((resolve) => {
        this.#wakeProducer = resolve;
      });
    }
  }

  #commit(): void {
    this.#uncommitted--;
    this.#wakeProducer?.();
  }
}
