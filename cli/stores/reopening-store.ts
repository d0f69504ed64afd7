/**
 * A store read through the process that owns it, which may end before its reader does: opened again then, and read on
 * behind what was read. Several commands at once on one store serve each other, and the first to end takes nothing along.
 */
import {
  BytecopyError,
  type Exchange,
  type ExchangeId,
  type ExchangeStore,
  type Micros,
  type ScanReport,
  type Selection,
  type StoreStatistics,
  type TimeHistogram,
} from '../../core/index.ts';

/** Owners that end one after the other while one answer is read; more than that is something else. */
const MAX_REOPENED = 20;

export class ReopeningStore implements ExchangeStore {
  readonly #open: () => Promise<ExchangeStore>;
  #store: Promise<ExchangeStore>;

  constructor(store: ExchangeStore, open: () => Promise<ExchangeStore>) {
    this.#store = Promise.resolve(store);
    this.#open = open;
  }

  async append(exchanges: readonly Exchange[]): Promise<void> {
    await (await this.#store).append(exchanges);
  }

  async flush(): Promise<void> {
    await (await this.#store).flush();
  }

  async *find(selection: Selection, onScanned?: (report: ScanReport) => void): AsyncGenerator<readonly Exchange[]> {
    let { after, limit } = selection;
    for (let reopened = 0; ; reopened++) {
      const store = this.#store;
      const rest: Selection = {
        ...selection,
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      };
      try {
        for await (const page of (await store).find(rest, onScanned)) {
          after = page.at(-1)?.id ?? after;
          if (limit !== undefined) limit -= page.length;
          yield page;
        }
        return;
      } catch (error) {
        await this.#reopen(store, error, reopened);
      }
    }
  }

  histogram(selection: Selection, intervalMicros: Micros): Promise<TimeHistogram> {
    return this.#ask((store) => store.histogram(selection, intervalMicros));
  }

  get(id: ExchangeId): Promise<Exchange | undefined> {
    return this.#ask((store) => store.get(id));
  }

  trace(traceId: string): Promise<readonly Exchange[]> {
    return this.#ask((store) => store.trace(traceId));
  }

  statistics(): Promise<StoreStatistics> {
    return this.#ask((store) => store.statistics());
  }

  async close(): Promise<void> {
    await (await this.#store).close();
  }

  async #ask<T>(question: (store: ExchangeStore) => Promise<T>): Promise<T> {
    for (let reopened = 0; ; reopened++) {
      const store = this.#store;
      try {
        return await question(await store);
      } catch (error) {
        await this.#reopen(store, error, reopened);
      }
    }
  }

  /** @throws the error where opening again is no cure */
  async #reopen(gone: Promise<ExchangeStore>, error: unknown, reopened: number): Promise<void> {
    const ownerGone = error instanceof BytecopyError && error.code === 'STORE_OWNER_GONE';
    if (!ownerGone || reopened >= MAX_REOPENED) throw error;
    // Another question may have opened it meanwhile.
    if (this.#store === gone) this.#store = gone.then((store) => store.close()).then(this.#open);
    await this.#store;
  }
}
