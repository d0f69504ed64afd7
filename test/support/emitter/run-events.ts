/** What happens to sends, told to a run's record as a sender would tell it. */
import {
  type ExchangeId,
  type FailureReason,
  Ledger,
  type NotSentReason,
  type ReplayResult,
  type Send,
  type SenderStatistics,
} from '../../../core/index.ts';
import type { PlanReport } from '../../../emitter/results/report.ts';
import { RunRecord } from '../../../emitter/results/run-record.ts';
import { plannedSend } from './planned-send.ts';

/** When the record below starts, by the monotonic clock and by the wall's. */
export const RUN_START = 1_000_000;
export const RUN_WALL = 1_700_000_000_000_000;

export const SENDER_AT_REST: SenderStatistics = {
  open: 1,
  peak: 2,
  opened: 3,
  failedToOpen: 0,
  closedByPeer: 1,
  closedIdle: 0,
  retried: 0,
  inFlight: 0,
};

export const PLAN: PlanReport = {
  timing: { kind: 'rate', perSecond: 1 },
  times: 1,
  by: 'copies',
  arrivals: 'even',
  session: undefined,
  lateness: { kind: 'at-once' },
  workers: 1,
};

export interface RunEvent {
  /** µs since the run's start, as all times here. */
  readonly dueAt: number;
  readonly operation?: string;
  readonly recorded?: string;
  /** How long its session held it back. */
  readonly heldMicros?: number;
  readonly lagMicros?: number;
  readonly serviceMicros?: number;
  readonly outcome:
    | { readonly answer: string }
    | { readonly failed: FailureReason; readonly attempts?: number }
    | { readonly notSent: NotSentReason }
    | 'held';
}

export interface RunRecordChanges {
  readonly plan?: PlanReport;
  readonly mirror?: boolean;
  readonly target?: string;
  readonly onResult?: (result: ReplayResult) => void;
}

/** A record of a run that has started, of a replay unless it is a mirror's. */
export function runRecord({ plan = PLAN, mirror = false, target = 't:1', onResult }: RunRecordChanges = {}) {
  const ledger = new Ledger();
  const record = new RunRecord({ target, runId: 'r', plan: mirror ? undefined : plan, ledger, onResult });
  record.start(RUN_START, RUN_WALL);
  return { record, ledger };
}

export function exchangeOf(operation: string): { readonly id: ExchangeId; readonly operation: string } {
  return { id: { at: 5, flow: 'f', offset: 0, index: 0 }, operation };
}

/** From due to its outcome; a send that is held stays so. */
export function tell(record: RunRecord, event: RunEvent): void {
  const {
    outcome,
    operation = 'GET /items',
    recorded = '200',
    heldMicros = 0,
    lagMicros = 0,
    serviceMicros = 0,
  } = event;
  const dueAt = RUN_START + event.dueAt;
  const send = plannedSend({ dueAt, request: { operation, recordedAnswer: recorded, byteCount: 100 } });
  record.due(send);
  if (outcome === 'held') return;
  if ('notSent' in outcome) return record.notSent(send, outcome.notSent);
  const attempts = 'failed' in outcome ? (outcome.attempts ?? 1) : 1;
  send.readyAt = dueAt + heldMicros;
  if (attempts > 0) send.sentAt = send.readyAt + lagMicros;
  send.attempts = attempts;
  if ('failed' in outcome) record.failed(send, outcome.failed);
  else record.answered(answeredSend(send, outcome.answer, serviceMicros));
}

function answeredSend(send: Send, answer: string, serviceMicros: number): Send {
  send.firstByteAt = send.sentAt + Math.floor(serviceMicros / 2);
  send.lastByteAt = send.sentAt + serviceMicros;
  send.answer = answer;
  send.status = Number(answer) || 0;
  send.responseByteCount = 50;
  return send;
}
