/** Lets through to a sink what a predicate takes; the rest is counted in the ledger's `filter` account. */
import type { Account, Exchange, Ledger, RequestReady } from '../../core/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';

export class FilteredSink implements ExchangeSink {
  readonly name: string;
  readonly #sink: ExchangeSink;
  readonly #takes: (exchange: Exchange) => boolean;
  readonly #account: Account;
  /** Only where the sink wants announcements: they cost the parser something. */
  readonly request?: (ready: RequestReady) => void;

  constructor(sink: ExchangeSink, takes: (exchange: Exchange) => boolean, ledger: Ledger) {
    this.name = sink.name;
    this.#sink = sink;
    this.#takes = takes;
    this.#account = ledger.account(`filter to ${sink.name}`, 'taken');
    if (sink.request !== undefined) this.request = (ready) => sink.request?.(ready);
  }

  exchange(exchange: Exchange): void {
    this.#account.in++;
    if (this.#takes(exchange)) {
      this.#account.out++;
      this.#sink.exchange?.(exchange);
    } else {
      this.#account.setAside('left out', 'not asked for');
    }
  }

  room(): Promise<void> | undefined {
    return this.#sink.room?.();
  }

  finish(): Promise<void> {
    return this.#sink.finish();
  }
}
