/** Masks each exchange once, for all sinks behind it; in front of sealing. */
import type { Exchange, RequestReady } from '../../core/index.ts';
import type { Masker } from '../../parser/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import { finishSinks } from './pipeline.ts';

export class MaskingSink implements ExchangeSink {
  readonly name = 'masking';
  readonly #sinks: readonly ExchangeSink[];
  readonly #masker: Masker;
  /** Only where a sink wants announcements: they cost the parser something. What cannot be read is not announced. */
  readonly request?: (ready: RequestReady) => void;

  constructor(sinks: readonly ExchangeSink[], masker: Masker) {
    this.#sinks = sinks;
    this.#masker = masker;
    if (sinks.some((sink) => sink.request !== undefined)) this.request = (ready) => this.#announce(ready);
  }

  exchange(exchange: Exchange): void {
    const masked = this.#masker.mask(exchange);
    for (const sink of this.#sinks) sink.exchange?.(masked);
  }

  room(): Promise<void> | undefined {
    const waiting = this.#sinks.flatMap((sink) => sink.room?.() ?? []);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => {});
  }

  finish(): Promise<void> {
    return finishSinks(this.#sinks);
  }

  #announce(ready: RequestReady): void {
    const masked = this.#masker.maskRequest(ready);
    if (masked === undefined) return;
    for (const sink of this.#sinks) sink.request?.(masked);
  }
}
