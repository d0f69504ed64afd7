/** Stands between the flows and what comes out: exchanges of flows seen at more than one place pass their merger. */
import type { Exchange, Flow, FlowId, Micros, RequestReady } from '../../core/index.ts';
import type { ExchangeSink, ParserContext } from '../parser-context.ts';
import { VantageMerger } from './vantage-merger.ts';

export class Vantages implements ExchangeSink {
  readonly #out: ExchangeSink;
  /** Of the flows that have more than one view; nearly always empty. */
  readonly #mergers = new Map<FlowId, VantageMerger>();

  constructor(out: ExchangeSink) {
    this.#out = out;
  }

  request(ready: RequestReady): void {
    const merger = this.#mergers.size === 0 ? undefined : this.#mergers.get(ready.flow.id);
    (merger ?? this.#out).request(ready);
  }

  exchange(exchange: Exchange): void {
    const merger = this.#mergers.size === 0 ? undefined : this.#mergers.get(exchange.flow.id);
    (merger ?? this.#out).exchange(exchange);
  }

  /** A merger counts by the exchanges themselves. */
  takes(flow: Flow): boolean {
    return this.#out.takes(flow) || this.#mergers.has(flow.id);
  }

  /** A further view of a flow opened. @param first one that was open before */
  opened(view: Flow, first: Flow, context: ParserContext): void {
    let merger = this.#mergers.get(view.id);
    if (merger === undefined) {
      merger = new VantageMerger(context, this.#out, first);
      this.#mergers.set(view.id, merger);
    }
    merger.addView(view);
    context.ledger.addFact('flows-merged');
  }

  /** The last view of the flow ended. */
  closed(id: FlowId): void {
    if (this.#mergers.size === 0) return;
    this.#mergers.get(id)?.end();
    this.#mergers.delete(id);
  }

  tick(at: Micros): void {
    for (const merger of this.#mergers.values()) merger.tick(at);
  }
}
