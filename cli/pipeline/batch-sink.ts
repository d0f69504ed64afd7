/**
 * A sink that writes batches through an asynchronous writer: one write at a time, the next batch gathering meanwhile.
 *
 *   exchange ──▶ gathering (bounded) ──▶ one write under way ──▶ written
 *
 * Ledger account of the sink's name: in = written + dropped(full | failed) + held.
 */
import { type Account, type Exchange, ExchangesLost, type Ledger } from '../../core/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';

export interface BatchSinkOptions {
  readonly name: string;
  readonly live: boolean;
  /** Most exchanges gathered; at 10,000/s and 1.3 kB some seconds and a few tens of MB. */
  readonly maxGathered?: number;
  /** Most message bytes gathered. */
  readonly maxGatheredBytes?: number;
}

/** Below this a file reader is not held up: enough to keep the writer busy. */
const ROOM_BELOW = 4_096;

export class BatchSink implements ExchangeSink {
  readonly name: string;
  readonly #account: Account;
  readonly #write: (exchanges: readonly Exchange[]) => Promise<void>;
  readonly #close: () => Promise<void>;
  readonly #live: boolean;
  readonly #maxGathered: number;
  readonly #maxGatheredBytes: number;
  #gathered: Exchange[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(
    options: BatchSinkOptions,
    ledger: Ledger,
    write: (exchanges: readonly Exchange[]) => Promise<void>,
    close: () => Promise<void>,
  ) {
    this.name = options.name;
    this.#live = options.live;
    this.#maxGathered = options.maxGathered ?? 50_000;
    this.#maxGatheredBytes = options.maxGatheredBytes ?? 256 * 1024 * 1024;
    this.#account = ledger.account(options.name, 'written');
    this.#write = write;
    this.#close = close;
  }

  exchange(exchange: Exchange): void {
    this.#account.in++;
    if (this.#failure !== undefined) {
      this.#account.setAside('dropped', 'failed');
      return;
    }
    const bytes = (exchange.request?.byteCount ?? 0) + (exchange.response?.byteCount ?? 0);
    const full = this.#gathered.length >= this.#maxGathered || this.#gatheredBytes + bytes > this.#maxGatheredBytes;
    if (this.#live && full && this.#gathered.length > 0) {
      this.#account.setAside('dropped', 'full');
      return;
    }
    this.#account.held++;
    this.#gathered.push(exchange);
    this.#gatheredBytes += bytes;
    this.#writing ??= this.#writeAll();
  }

  room(): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const busy = this.#gathered.length >= ROOM_BELOW || this.#gatheredBytes >= this.#maxGatheredBytes / 4;
    return busy ? this.#writing : undefined;
  }

  async finish(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    try {
      await this.#close();
    } catch (error) {
      if (error instanceof ExchangesLost) this.#takeBack(error.exchanges);
      throw error;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The writer took them and could not keep them. Of a batch that it refused it may have taken a part: that is counted twice, rather than never. */
  #takeBack(exchanges: number): void {
    const lost = Math.min(exchanges, this.#account.out);
    this.#account.out -= lost;
    this.#account.setAside('dropped', 'failed', lost);
  }

  async #writeAll(): Promise<void> {
    // Lets the rest of the parser's batch gather before the first write.
    await Promise.resolve();
    while (this.#gathered.length > 0 && this.#failure === undefined) {
      const batch = this.#gathered;
      this.#gathered = [];
      this.#gatheredBytes = 0;
      try {
        await this.#write(batch);
        this.#account.out += batch.length;
      } catch (error) {
        this.#failure = error;
        this.#account.setAside('dropped', 'failed', batch.length + this.#gathered.length);
        this.#account.held -= this.#gathered.length;
        this.#gathered = [];
      }
      this.#account.held -= batch.length;
    }
    this.#writing = undefined;
  }
}
