/** Where the exchanges of one flow come out: settles their messages in the ledger and hands them to the sink. */
import type { ExchangeOutcome, Flow, Message } from '../../core/index.ts';
import type { KeptBytes } from '../message/kept-bytes.ts';
import { buildExchange, buildRequestReady } from './exchange-building.ts';
import { NOTE } from './notes.ts';
import type { PendingCall } from './pending-call.ts';
import type { ThriftContext } from './thrift-context.ts';

/** Reason of messages with the replay marker, and of their bytes. */
export const REPLAYED = 'replayed';

export class ExchangeOutlet {
  readonly #flow: Flow;
  readonly #context: ThriftContext;
  readonly #kept: KeptBytes;

  constructor(flow: Flow, context: ThriftContext, kept: KeptBytes) {
    this.#flow = flow;
    this.#context = context;
    this.#kept = kept;
  }

  announce(pending: PendingCall, call: Message): void {
    const { options, sink } = this.#context.shared;
    if (call.complete && options.announceRequests) {
      sink.request(buildRequestReady(this.#flow, pending, call));
    }
  }

  paired(pending: PendingCall): void {
    const { messages, counts } = this.#context.shared;
    const { names } = this.#context;
    if (pending.method !== undefined) pending.method.answered = true;
    names.anyAnswered = true;
    messages.held -= 2;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED, 2);
      return;
    }
    messages.out += 2;
    counts.paired++;
    const reason = pending.requestReason || pending.responseReason;
    if (reason !== '') counts.broken++;
    this.#hand(pending, 'paired', reason);
  }

  /** A reply that came all the same belongs to it, but whether it is whole does not matter. */
  oneway(pending: PendingCall): void {
    const { messages, counts } = this.#context.shared;
    const sides = pending.replyBegun ? 2 : 1;
    messages.held -= sides;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED, sides);
      return;
    }
    messages.setAside('oneway', 'no-reply-due', sides);
    counts.oneway++;
    if (pending.requestReason !== '') counts.broken++;
    this.#hand(pending, 'oneway', pending.requestReason);
  }

  lone(pending: PendingCall, reason: string): void {
    const { messages, counts } = this.#context.shared;
    messages.held--;
    if (pending.leftOut) {
      messages.setAside('left-out', REPLAYED);
      return;
    }
    messages.setAside('lone', reason);
    if (pending.place === 'call') {
      counts.requestOnly++;
      if (this.#maybeOneway(pending, reason)) {
        pending.notes |= NOTE.maybeOneway;
        // Others were answered after it, on the same connection.
        if (reason === 'not-answered' && pending.requestReason === '') counts.maybeOneway++;
      }
      this.#hand(pending, 'request-only', reason);
    } else {
      counts.responseOnly++;
      this.#hand(pending, 'response-only', reason);
    }
  }

  #hand(pending: PendingCall, outcome: ExchangeOutcome, reason: string): void {
    const { options, sink } = this.#context.shared;
    this.#kept.release(pending.keptBytes);
    if (!sink.takes(this.#flow)) return;
    sink.exchange(buildExchange(options.origin, this.#flow, pending, outcome, reason));
  }

  #maybeOneway({ method }: PendingCall, reason: string): boolean {
    if (method === undefined || method.answered) return false;
    if (reason === 'not-answered') return true;
    return this.#context.names.anyAnswered && (reason === 'timeout' || reason === 'closed-before-response');
  }
}
