/**
 * Port `Bus`: batches in order from producers to one consumer group.
 *
 * An adapter owes: order per key (all values of one key are consumed in the order produced); bounded memory; a
 * `hasRoom` that tells at once when the bound is hit, so that live capture can shed and count; redelivery of what was
 * not committed when a consumer ends (at least once).
 */
export interface BusBatch<T> {
  readonly values: readonly T[];
  /** Everything up to and including this batch has been dealt with. */
  commit(): void;
}

export interface BusProducer<T> {
  /** Whether a batch would be taken at once. Live capture asks before it makes one, and sheds packets where not. */
  readonly hasRoom: boolean;
  /** Takes the batch; resolves when there is room for the next. */
  publish(values: readonly T[]): Promise<void>;
  /** No more will come: consumers end after what was taken. */
  close(): void;
}

export interface Bus<T> {
  producer(): BusProducer<T>;
  consume(): AsyncIterable<BusBatch<T>>;
}
