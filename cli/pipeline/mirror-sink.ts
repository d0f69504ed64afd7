/** A mirror at the end of a live pipeline: each complete request goes out at once, whatever the other sinks do. */
import type { RequestReady } from '../../core/index.ts';
import type { Mirror, ReplayReport } from '../../emitter/index.ts';
import type { ExchangeSink } from './exchange-sink.ts';

export class MirrorSink implements ExchangeSink {
  readonly name: string;
  readonly #mirror: Mirror;
  #report: ReplayReport | undefined;

  constructor(name: string, mirror: Mirror) {
    this.name = name;
    this.#mirror = mirror;
  }

  /** What became of everything, once finished. */
  get report(): ReplayReport | undefined {
    return this.#report;
  }

  request(ready: RequestReady): void {
    this.#mirror.offer(ready);
  }

  /** @throws BytecopyError what the mirror refused to go on for */
  async finish(): Promise<void> {
    this.#report = await this.#mirror.drain();
  }
}

/** The reports of the mirrors that have finished. */
export function reportsOf(mirrors: readonly MirrorSink[]): readonly ReplayReport[] {
  return mirrors.flatMap(({ report }) => (report === undefined ? [] : [report]));
}
