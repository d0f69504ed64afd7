/** A writer's store with what ends together with it: the socket first, where it has one, the lock last. */
import type {
  Exchange,
  ExchangeId,
  ExchangeStore,
  Micros,
  ScanReport,
  Selection,
  StoreStatistics,
  TimeHistogram,
} from '../../core/index.ts';
import type { StoreServer } from '../socket/store-server.ts';
import type { OwnerLock } from './owner-lock.ts';

export class OwnedStore implements ExchangeStore {
  readonly #store: ExchangeStore;
  readonly #server: StoreServer | undefined;
  readonly #lock: OwnerLock;
  #closing: Promise<void> | undefined;

  constructor(store: ExchangeStore, server: StoreServer | undefined, lock: OwnerLock) {
    this.#store = store;
    this.#server = server;
    this.#lock = lock;
  }

  append(exchanges: readonly Exchange[]): Promise<void> {
    return this.#store.append(exchanges);
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncIterable<readonly Exchange[]> {
    return this.#store.find(selection, onScanned);
  }

  histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram> {
    return this.#store.histogram(selection, intervalMicros);
  }

  get(id: ExchangeId): Promise<Exchange | undefined> {
    return this.#store.get(id);
  }

  trace(traceId: string): Promise<readonly Exchange[]> {
    return this.#store.trace(traceId);
  }

  statistics(): Promise<StoreStatistics> {
    return this.#store.statistics();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#server?.close();
      await this.#store.close();
    } finally {
      await this.#lock.release();
    }
  }
}
