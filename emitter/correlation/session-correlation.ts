/** Correlation as sends go: what is to be learnt is noted when a request is built, and learnt when it is answered. */
import type { Exchange, PreparedRequest, Send } from '../../core/index.ts';
import type { CorrelationReport } from './correlation-report.ts';
import { Correlator, type Learnable } from './correlator.ts';
import type { CheckedCorrelationOptions } from './options.ts';

const NO_ANSWER = new Uint8Array(0);

export class SessionCorrelation {
  readonly #correlator: Correlator;
  readonly #keepsResponses: boolean;
  readonly #ofRequest = new WeakMap<PreparedRequest, Learnable>();
  readonly #ofSend = new WeakMap<Send, Learnable>();

  /** @param keepsResponses whether answers are kept for the results as well */
  constructor(options: CheckedCorrelationOptions, keepsResponses: boolean) {
    this.#correlator = new Correlator(options);
    this.#keepsResponses = keepsResponses;
  }

  /** @param request as built of the exchange */
  built(exchange: Exchange, request: PreparedRequest): void {
    const learnable = this.#correlator.recorded(exchange);
    if (learnable !== undefined) this.#ofRequest.set(request, learnable);
  }

  /** Its request is still the one that was built. */
  due(send: Send): void {
    const learnable = this.#ofRequest.get(send.request);
    if (learnable !== undefined) this.#ofSend.set(send, learnable);
  }

  rewrite(send: Send): void {
    send.request = this.#correlator.rewrite(send.session, send.request);
  }

  answered(send: Send): void {
    const learnable = this.#ofSend.get(send);
    if (learnable !== undefined) this.#correlator.learn(send.session, learnable, send.response ?? NO_ANSWER);
    if (!this.#keepsResponses) send.response = undefined;
  }

  report(): CorrelationReport {
    return this.#correlator.report();
  }
}
