/** Builds one `ReplayResult` a send: outcome and times, turned from the monotonic clock to µs since the epoch. */
import type { Exchange, Micros, ReplayOutcome, ReplayResult, Send } from '../../core/index.ts';

const NOTHING_HAPPENED = {
  attempts: 0,
  answer: '',
  status: 0,
  dueAt: 0,
  sentAt: 0,
  firstByteAt: 0,
  lastByteAt: 0,
  responseByteCount: 0,
} as const;

export class ResultTeller {
  readonly #target: string;
  readonly #onResult: (result: ReplayResult) => void;
  /** From the monotonic clock to the wall's. */
  #shift: Micros = 0;

  constructor(target: string, onResult: (result: ReplayResult) => void) {
    this.#target = target;
    this.#onResult = onResult;
  }

  /** @param now monotonic, @param wall since the epoch; both µs, of one moment */
  start(now: Micros, wall: Micros): void {
    this.#shift = wall - now;
  }

  tell(send: Send, outcome: ReplayOutcome): void {
    const { request, copy, attempts, answer, status, responseByteCount, response } = send;
    this.#onResult({
      exchange: request.exchange,
      copy,
      target: send.target === '' ? this.#target : send.target,
      operation: request.operation,
      outcome,
      attempts,
      answer,
      status,
      dueAt: this.#wall(send.dueAt),
      sentAt: this.#wall(send.sentAt),
      firstByteAt: this.#wall(send.firstByteAt),
      lastByteAt: this.#wall(send.lastByteAt),
      responseByteCount,
      ...(response === undefined ? {} : { response }),
    });
  }

  tellRefused({ id, operation }: Pick<Exchange, 'id' | 'operation'>, copies: number, outcome: ReplayOutcome): void {
    for (let copy = 0; copy < copies; copy++) {
      this.#onResult({ exchange: id, copy, target: this.#target, operation, outcome, ...NOTHING_HAPPENED });
    }
  }

  /** 0 stays 0: it did not come to that. */
  #wall(at: Micros): Micros {
    return at === 0 ? 0 : Math.round(at + this.#shift);
  }
}
