/**
 * Everything that is told of one run's sends: the ledger's account `sends`, latencies, rates, answers, results.
 *
 *     due = answered + failed(reason) + not sent(reason) + held
 *
 * holds at every moment; held is what waits for its session, for a connection or for its answer. All is counted once a send,
 * when it is due and when its outcome is known, in some 0.3 µs; a report is made of it when it is asked for.
 */
import type {
  Account,
  Exchange,
  FailureReason,
  Ledger,
  Micros,
  NotSentReason,
  ReplayResult,
  Send,
  SenderStatistics,
} from '../../core/index.ts';
import { AnswerMix } from './answer-mix.ts';
import { LatencyHistogram } from './latency.ts';
import { mergeSnapshots } from './merge-snapshots.ts';
import { RecentTimes } from './recent-times.ts';
import type { PlanReport, ReplayProgress, ReplayReport } from './report.ts';
import { ResultTeller } from './result-teller.ts';
import type { RunCounts, RunEnding, RunSnapshot } from './run-snapshot.ts';
import { SpanRate } from './span-rate.ts';
import { TargetOperations } from './target-operations.ts';
import { Timeline } from './timeline.ts';

/** A send counts as late beyond this: what a caller would notice, and more than a pause of the garbage collector. */
const LATE_MICROS: Micros = 10_000;
/** Beyond this a send is missing from the second in which it was due. */
const MISSED_MICROS: Micros = 1_000_000;
/** A send whose tick came later than this shows a generator that cannot keep its plan. */
const LATE_TICK_MICROS: Micros = 20_000;

export interface RunRecordOptions {
  readonly target: string;
  readonly runId: string;
  /** Undefined for a mirror. */
  readonly plan: PlanReport | undefined;
  readonly ledger: Ledger;
  /** Called once a due send, when its outcome is known; results are only built where this is given. */
  readonly onResult: ((result: ReplayResult) => void) | undefined;
}

export class RunRecord {
  readonly #options: RunRecordOptions;
  readonly #account: Account;
  readonly #teller: ResultTeller | undefined;
  readonly #fromIntended = new LatencyHistogram();
  readonly #service = new LatencyHistogram();
  readonly #scheduleLag = new LatencyHistogram();
  readonly #tickLag = new LatencyHistogram(2);
  readonly #recent = new RecentTimes();
  readonly #timeline = new Timeline();
  readonly #operations = new TargetOperations();
  readonly #answerMix = new AnswerMix();
  readonly #asked = new SpanRate();
  /** When what was sent was free of its session: as due, or later. */
  readonly #ready = new SpanRate();
  readonly #sent = new SpanRate();
  readonly #answers = new SpanRate();
  readonly #counts: RunCounts = {
    due: 0,
    held: 0,
    answered: 0,
    errors: 0,
    late: 0,
    tickedLate: 0,
    requestBytes: 0,
    responseBytes: 0,
  };
  readonly #failed: Partial<Record<FailureReason, number>> = {};
  readonly #notSent: Partial<Record<NotSentReason, number>> = {};
  #failedCount = 0;
  #notSentCount = 0;
  #consecutiveFailures = 0;
  #tickAt: Micros = 0;
  #start: Micros = 0;
  #startedAt: Micros = 0;
  #startCpu: Micros = 0;

  constructor(options: RunRecordOptions) {
    this.#options = options;
    this.#account = options.ledger.account('sends', 'answered');
    this.#teller = options.onResult === undefined ? undefined : new ResultTeller(options.target, options.onResult);
  }

  /** Due and without outcome yet. */
  get held(): number {
    return this.#counts.held;
  }

  /** @param now monotonic, @param wall since the epoch; both µs, of the moment the run starts */
  start(now: Micros, wall: Micros): void {
    this.#start = now;
    this.#startedAt = wall;
    this.#startCpu = cpuMicros();
    this.#teller?.start(now, wall);
  }

  /** The pacer's tick of `now` came so much later than it was asked for; what becomes due until the next one came due in it. */
  tick(lagMicros: Micros, now: Micros): void {
    this.#tickLag.record(lagMicros);
    this.#recent.tickLag.record(lagMicros);
    this.#tickAt = now;
  }

  /** The send is due now: it is held until one of the three outcomes. */
  due(send: Send): void {
    const counts = this.#counts;
    this.#account.in++;
    this.#account.held++;
    counts.due++;
    counts.held++;
    if (this.#tickAt - send.dueAt > LATE_TICK_MICROS) counts.tickedLate++;
    const offset = send.dueAt - this.#start;
    this.#asked.add(offset);
    this.#timeline.at(offset).counts.due++;
  }

  answered(send: Send): void {
    const counts = this.#counts;
    const { request, lastByteAt, answer } = send;
    const latency = lastByteAt - send.dueAt;
    const service = lastByteAt - send.sentAt;
    const offset = lastByteAt - this.#start;
    const operation = this.#operations.of(this.#targetOf(send), request.operation);
    operation.due++;
    this.#release();
    this.#account.out++;
    counts.answered++;
    counts.responseBytes += send.responseByteCount;
    this.#consecutiveFailures = 0;
    this.#countSent(send);
    this.#answers.add(offset);
    this.#fromIntended.record(latency);
    this.#service.record(service);
    this.#recent.fromIntended.record(latency);
    operation.answered(latency, service);
    const interval = this.#timeline.at(offset);
    interval.counts.answered++;
    interval.fromIntended.record(latency);
    interval.service.record(service);
    this.#answerMix.add(request.recordedAnswer, answer);
    if ((send.status >= 400 || answer === 'exception') && answer !== request.recordedAnswer) {
      counts.errors++;
      operation.errors++;
      interval.counts.errors++;
    }
    if (this.#teller !== undefined) this.#teller.tell(send, 'answered');
  }

  failed(send: Send, reason: FailureReason): void {
    this.#release();
    this.#account.setAside('failed', reason);
    this.#failed[reason] = (this.#failed[reason] ?? 0) + 1;
    this.#failedCount++;
    this.#consecutiveFailures++;
    const operation = this.#operations.of(this.#targetOf(send), send.request.operation);
    operation.due++;
    operation.failed++;
    if (send.attempts > 0) this.#countSent(send);
    this.#timeline.at((send.attempts > 0 ? send.sentAt : send.dueAt) - this.#start).counts.failed++;
    this.#teller?.tell(send, `failed:${reason}`);
  }

  /** A send that was due and will not go. */
  notSent(send: Send, reason: NotSentReason): void {
    this.#release();
    this.#setAside(this.#targetOf(send), send.request.operation, reason, 1);
    const { counts } = this.#timeline.at(send.dueAt - this.#start);
    counts.notSent++;
    if (reason === 'dropped') counts.missed++;
    this.#teller?.tell(send, `not-sent:${reason}`);
  }

  /** So many sends of an exchange that were due and cannot be planned. */
  refuse(exchange: Pick<Exchange, 'id' | 'operation'>, copies: number, reason: NotSentReason): void {
    if (copies === 0) return;
    this.#refuse(exchange.operation, reason, copies);
    this.#teller?.tellRefused(exchange, copies, `not-sent:${reason}`);
  }

  /**
   * Where the run stands. Asked for a few times a second: the last ten seconds move on with it.
   * @param waiting due sends that wait for a connection or for their session
   */
  progress(now: Micros, sender: SenderStatistics, waiting: number, plannedUntil: Micros): ReplayProgress {
    const offset = this.#startedAt === 0 ? 0 : now - this.#start;
    // What is open before the run has begun belongs to no interval of it.
    if (this.#startedAt !== 0) this.#noteConnections(offset, sender.open);
    return {
      elapsedMs: offset / 1_000,
      due: this.#counts.due,
      sent: this.#sent.count,
      answered: this.#counts.answered,
      failed: this.#failedCount,
      notSent: this.#notSentCount,
      refused: this.#counts.due - this.#asked.count,
      errors: this.#counts.errors,
      inFlight: sender.inFlight,
      waiting,
      connections: sender.open,
      consecutiveFailures: this.#consecutiveFailures,
      recent: this.#recent.report(offset),
      plannedUntil,
    };
  }

  /** The report of this record alone. */
  report(now: Micros, sender: SenderStatistics, ending: RunEnding = {}): ReplayReport {
    return mergeSnapshots([this.snapshot(now, sender, ending)]).report;
  }

  /** Everything counted so far. */
  snapshot(now: Micros, sender: SenderStatistics, ending: RunEnding = {}): RunSnapshot {
    const { target, runId, plan } = this.#options;
    const { inFlight: _inFlight, ...connections } = sender;
    const elapsedMicros = this.#startedAt === 0 ? 0 : now - this.#start;
    return {
      target,
      runId,
      plan,
      startedAt: this.#startedAt,
      elapsedMicros,
      counts: { ...this.#counts },
      failed: { ...this.#failed },
      notSent: { ...this.#notSent },
      asked: this.#asked.snapshot(),
      ready: this.#ready.snapshot(),
      sent: this.#sent.snapshot(),
      answers: this.#answers.snapshot(),
      fromIntended: this.#fromIntended.snapshot(),
      service: this.#service.snapshot(),
      scheduleLag: this.#scheduleLag.snapshot(),
      tickLag: this.#tickLag.snapshot(),
      answerMix: this.#answerMix.snapshot(),
      operations: this.#operations.snapshot(),
      timeline: this.#timeline.snapshot(),
      connections,
      stopped: ending.stopped,
      verbatim: ending.verbatim ?? true,
      routing: ending.routing,
      rules: ending.rules ?? [],
      correlation: ending.correlation,
      cpuMicros: cpuMicros() - this.#startCpu,
      processId: process.pid,
    };
  }

  #release(): void {
    this.#account.held--;
    this.#counts.held--;
  }

  #refuse(operation: string, reason: NotSentReason, copies: number): void {
    this.#account.in += copies;
    this.#counts.due += copies;
    this.#setAside(this.#options.target, operation, reason, copies);
  }

  /** Where it went or would have gone. */
  #targetOf(send: Send): string {
    return send.target === '' ? this.#options.target : send.target;
  }

  #setAside(target: string, operation: string, reason: NotSentReason, count: number): void {
    this.#account.setAside('not sent', reason, count);
    this.#notSent[reason] = (this.#notSent[reason] ?? 0) + count;
    this.#notSentCount += count;
    const counts = this.#operations.of(target, operation);
    counts.due += count;
    counts.notSent += count;
  }

  #countSent(send: Send): void {
    const { dueAt, readyAt, sentAt } = send;
    const offset = sentAt - this.#start;
    const lag = sentAt - Math.max(readyAt, dueAt);
    this.#counts.requestBytes += send.request.byteCount;
    this.#ready.add(offset - lag);
    this.#sent.add(offset);
    this.#scheduleLag.record(lag);
    this.#recent.scheduleLag.record(lag);
    const interval = this.#timeline.at(offset);
    interval.counts.sent++;
    interval.scheduleLag.record(lag);
    if (lag <= LATE_MICROS) return;
    this.#counts.late++;
    if (lag > MISSED_MICROS) this.#timeline.at(dueAt - this.#start).counts.missed++;
  }

  #noteConnections(offset: Micros, open: number): void {
    const interval = this.#timeline.at(offset);
    if (open > interval.connections) interval.connections = open;
  }
}

function cpuMicros(): Micros {
  const { user, system } = process.cpuUsage();
  return user + system;
}
