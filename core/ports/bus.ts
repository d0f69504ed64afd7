/**
 * Port `Bus`: batches in order from producers to one consumer group.
 *
 * An adapter owes: order per key (all values of one key are consumed in the order produced); bounded memory; `offer`
 * that never waits and answers false when the bound is hit, so that live capture can drop and count; redelivery of what
 * was not committed when a consumer ends (at least once).
 */
export interface BusBatch<T> {
  readonly values: readonly T[];
  /** Everything up to and including this batch has been dealt with. */
  commit(): void;
}

export interface BusProducer<T> {
  /** Takes the batch, or answers false when the bus is full; never waits. */
  offer(values: readonly T[]): boolean;
  /** Takes the batch, waiting for room: for files, which can wait. */
  publish(values: readonly T[]): Promise<void>;
  /** No more will come: consumers end after what was taken. */
  close(): Promise<void>;
}

export interface Bus<T> {
  producer(): BusProducer<T>;
  consume(): AsyncIterable<BusBatch<T>>;
}
