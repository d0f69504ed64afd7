/** Where exchanges of one flow leave the parser: counted, released, and built at the last moment. */
import { type ByteCount, type Flow, type Message, NO_ATTRIBUTES } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import type { ParserContext } from '../parser-context.ts';
import { buildExchange, buildRequestReady } from './exchange-building.ts';
import type { PendingExchange } from './pending-exchange.ts';

/** Why messages with the replay marker are left out. */
export const REPLAYED = 'replayed';

export class ExchangeOutlet {
  readonly #flow: Flow;
  readonly #shared: ParserContext;
  readonly #kept: KeptBytes;
  readonly #source: string;
  readonly #attributes: Readonly<Record<string, string>>;

  /** @param attributes of all exchanges of the flow */
  constructor(flow: Flow, shared: ParserContext, kept: KeptBytes, attributes = NO_ATTRIBUTES) {
    this.#attributes = attributes;
    this.#flow = flow;
    this.#shared = shared;
    this.#kept = kept;
    this.#source = shared.services.caller(flow.client);
  }

  /** Announces a complete request. */
  ready(pending: PendingExchange, request: Message): void {
    if (!this.#shared.options.announceRequests) return;
    this.#shared.sink.request(buildRequestReady(this.#flow, this.#source, pending, request, this.#attributes));
  }

  /** Both sides have ended. @returns false where the exchange is left out */
  paired(pending: PendingExchange): boolean {
    const { messages, counts } = this.#shared;
    messages.held -= 2;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED, 2);
      return false;
    }
    messages.out += 2;
    counts.paired++;
    const reason = pending.requestReason || pending.responseReason;
    if (reason !== '') counts.broken++;
    this.#leave(pending, 'paired', reason);
    return true;
  }

  /** One side has ended, and the other will not come or cannot be told. */
  lone(pending: PendingExchange, reason: string): void {
    const { messages, counts } = this.#shared;
    messages.held--;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED);
      return;
    }
    messages.setAside('lone', reason);
    const outcome = pending.place === 'request' ? 'request-only' : 'response-only';
    if (outcome === 'request-only') counts.requestOnly++;
    else counts.responseOnly++;
    this.#leave(pending, outcome, reason);
  }

  /** A response was kept apart, and turns out to answer a request that is left out: its bytes are, too. */
  leaveOut(response: Message, keptBytes: ByteCount): void {
    this.#kept.release(keptBytes);
    const { bytes } = this.#shared;
    let from = 0;
    for (const { offset, byteCount } of [...response.missing, { offset: response.byteCount, byteCount: 0 }]) {
      bytes.out -= offset - from;
      bytes.held += offset - from;
      this.#shared.discard(this.#flow, 1, response.streamOffset + from, offset - from, REPLAYED);
      from = offset + byteCount;
    }
  }

  #leave(pending: PendingExchange, outcome: 'paired' | 'request-only' | 'response-only', reason: string): void {
    const { sink, options, ledger } = this.#shared;
    this.#kept.release(pending.keptBytes);
    const noteless = pending.notes === 0 && pending.marks === 0;
    if (noteless && !sink.takes(this.#flow)) return;
    const exchange = buildExchange(
      options.origin,
      this.#flow,
      this.#source,
      pending,
      outcome,
      reason,
      this.#attributes,
    );
    const { notes } = exchange;
    for (let i = 0; i < notes.length; i++) ledger.addFact(`note:${notes[i]}`);
    sink.exchange(exchange);
  }
}
