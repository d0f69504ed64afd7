/**
 * Everything that is told of one run's sends: the ledger's account `sends`, latencies, rates, statuses, results.
 *
 *     due = answered + failed(reason) + not sent(reason) + held
 *
 * holds at every moment; held is what waits for a connection or for its answer.
 */
import type {
  Account,
  ExchangeId,
  FailureReason,
  Ledger,
  Micros,
  NotSentReason,
  ReplayOutcome,
  ReplayResult,
  Send,
  SenderStatistics,
} from '../../core/index.ts';
import type { TimingOptions } from '../options.ts';
import { LatencyHistogram } from './latency.ts';
import { RATE_COUNTER, RateSeries } from './rate-series.ts';
import type { ReplayProgress, ReplayReport } from './report.ts';
import { SpanRate } from './span-rate.ts';
import { StatusMix } from './status-mix.ts';

/** How much longer than planned the sending may take for the rate to count as reached: 1 %, and what a short run needs. */
const SPAN_TOLERANCE = 1.01;
const SPAN_TOLERANCE_MICROS: Micros = 100_000;

export interface RunRecordOptions {
  readonly target: string;
  readonly runId: string;
  readonly timing: TimingOptions | undefined;
  readonly ledger: Ledger;
  readonly onResult: ((result: ReplayResult) => void) | undefined;
}

export class RunRecord {
  readonly #options: RunRecordOptions;
  readonly #account: Account;
  readonly #fromIntended = new LatencyHistogram();
  readonly #service = new LatencyHistogram();
  readonly #scheduleLag = new LatencyHistogram();
  readonly #series = new RateSeries();
  readonly #statuses = new StatusMix();
  readonly #asked = new SpanRate();
  readonly #sent = new SpanRate();
  readonly #answers = new SpanRate();
  readonly #failed: Partial<Record<FailureReason, number>> = {};
  readonly #notSent: Partial<Record<NotSentReason, number>> = {};
  #startedAt: Micros = 0;
  #start: Micros = 0;
  #due = 0;
  #held = 0;
  #answered = 0;
  #failedCount = 0;
  #notSentCount = 0;
  #requestBytes = 0;
  #responseBytes = 0;

  constructor(options: RunRecordOptions) {
    this.#options = options;
    this.#account = options.ledger.account('sends', 'answered');
  }

  /** Due and without outcome yet. */
  get held(): number {
    return this.#held;
  }

  /** @param now monotonic, @param wall since the epoch; both µs, of the moment the run starts */
  start(now: Micros, wall: Micros): void {
    this.#start = now;
    this.#startedAt = wall;
  }

  /** The send is due now: it is held until one of the three outcomes. */
  due(send: Send): void {
    this.#account.in++;
    this.#account.held++;
    this.#due++;
    this.#held++;
    this.#asked.add(send.dueAt);
    this.#series.add(RATE_COUNTER.due, send.dueAt - this.#start);
  }

  answered(send: Send): void {
    this.#release();
    this.#account.out++;
    this.#answered++;
    this.#countSent(send);
    this.#answers.add(send.lastByteAt);
    this.#series.add(RATE_COUNTER.answered, send.lastByteAt - this.#start);
    this.#fromIntended.record(send.lastByteAt - send.dueAt);
    this.#service.record(send.lastByteAt - send.sentAt);
    this.#statuses.add(send.status, send.request.recordedStatus);
    this.#responseBytes += send.responseByteCount;
    if (this.#options.onResult !== undefined) this.#tell(send, 'answered');
  }

  failed(send: Send, reason: FailureReason): void {
    this.#release();
    this.#account.setAside('failed', reason);
    this.#failed[reason] = (this.#failed[reason] ?? 0) + 1;
    this.#failedCount++;
    if (send.attempts > 0) this.#countSent(send);
    if (this.#options.onResult !== undefined) this.#tell(send, `failed:${reason}`);
  }

  notSent(send: Send, reason: NotSentReason): void {
    this.#release();
    this.#setAside(reason, 1);
    if (this.#options.onResult !== undefined) this.#tell(send, `not-sent:${reason}`);
  }

  /** A planned send that will not become due, because the run was stopped. */
  stopped(send: Send): void {
    this.#account.in++;
    this.#due++;
    this.#setAside('stopped', 1);
    if (this.#options.onResult !== undefined) this.#tell(send, 'not-sent:stopped');
  }

  /** So many sends of an exchange that were due and cannot be planned. */
  refuse(exchange: ExchangeId, copies: number, reason: NotSentReason): void {
    this.#account.in += copies;
    this.#due += copies;
    this.#setAside(reason, copies);
    const { onResult, target } = this.#options;
    if (onResult === undefined) return;
    const outcome: ReplayOutcome = `not-sent:${reason}`;
    for (let copy = 0; copy < copies; copy++) onResult({ exchange, copy, target, outcome, ...NOTHING_HAPPENED });
  }

  progress(now: Micros, sender: SenderStatistics, plannedUntil: Micros): ReplayProgress {
    return {
      elapsedMs: this.#start === 0 ? 0 : (now - this.#start) / 1000,
      due: this.#due,
      answered: this.#answered,
      failed: this.#failedCount,
      notSent: this.#notSentCount,
      inFlight: sender.inFlight,
      waiting: sender.waiting,
      connections: sender.open,
      plannedUntil,
    };
  }

  report(now: Micros, sender: SenderStatistics): ReplayReport {
    const { target, runId, timing } = this.#options;
    const { inFlight: _inFlight, waiting: _waiting, ...connections } = sender;
    const planned = timing !== undefined && timing.kind !== 'max';
    const inTime = this.#sent.spanMicros <= this.#asked.spanMicros * SPAN_TOLERANCE + SPAN_TOLERANCE_MICROS;
    return {
      target,
      runId,
      timing,
      startedAt: this.#startedAt,
      durationMs: (now - this.#start) / 1000,
      due: this.#due,
      answered: this.#answered,
      failed: { ...this.#failed },
      notSent: { ...this.#notSent },
      balanced: this.#due === this.#answered + this.#failedCount + this.#notSentCount + this.#held,
      rate: {
        askedPerSecond: planned ? this.#asked.perSecond : undefined,
        sentPerSecond: this.#sent.perSecond,
        answeredPerSecond: this.#answers.perSecond,
        reached: (inTime || !planned) && this.#notSent.dropped === undefined,
        history: this.#series.history(),
      },
      latency: {
        fromIntended: this.#fromIntended.percentiles(),
        service: this.#service.percentiles(),
        scheduleLag: this.#scheduleLag.percentiles(),
      },
      statuses: this.#statuses.report(),
      requestBytes: this.#requestBytes,
      responseBytes: this.#responseBytes,
      connections,
    };
  }

  #release(): void {
    this.#account.held--;
    this.#held--;
  }

  #setAside(reason: NotSentReason, count: number): void {
    this.#account.setAside('not sent', reason, count);
    this.#notSent[reason] = (this.#notSent[reason] ?? 0) + count;
    this.#notSentCount += count;
  }

  #countSent(send: Send): void {
    this.#sent.add(send.sentAt);
    this.#series.add(RATE_COUNTER.sent, send.sentAt - this.#start);
    this.#scheduleLag.record(send.sentAt - send.dueAt);
    this.#requestBytes += send.request.byteCount;
  }

  #tell(send: Send, outcome: ReplayOutcome): void {
    this.#options.onResult?.({
      exchange: send.request.exchange,
      copy: send.copy,
      target: this.#options.target,
      outcome,
      status: send.status,
      dueAt: Math.round(send.dueAt),
      sentAt: Math.round(send.sentAt),
      firstByteAt: Math.round(send.firstByteAt),
      lastByteAt: Math.round(send.lastByteAt),
      responseByteCount: send.responseByteCount,
    });
  }
}

const NOTHING_HAPPENED = {
  status: 0,
  dueAt: 0,
  sentAt: 0,
  firstByteAt: 0,
  lastByteAt: 0,
  responseByteCount: 0,
} as const;
