/** Takes the secrets out of each exchange once, for all sinks behind it; mirrors are not among them. */
import type { Exchange } from '../../core/index.ts';
import type { SecretCutter } from '../../parser/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import { finishSinks } from './pipeline.ts';

export class SealingSink implements ExchangeSink {
  readonly name = 'sealing';
  readonly #sinks: readonly ExchangeSink[];
  readonly #cutter: SecretCutter;

  constructor(sinks: readonly ExchangeSink[], cutter: SecretCutter) {
    this.#sinks = sinks;
    this.#cutter = cutter;
  }

  exchange(exchange: Exchange): void {
    const sealed = this.#cutter.cut(exchange);
    for (const sink of this.#sinks) sink.exchange?.(sealed);
  }

  room(): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined;
    for (const sink of this.#sinks) {
      const room = sink.room?.();
      if (room === undefined) continue;
      waiting ??= [];
      waiting.push(room);
    }
    return waiting === undefined ? undefined : Promise.all(waiting).then(() => {});
  }

  finish(): Promise<void> {
    return finishSinks(this.#sinks);
  }
}
