/** Hands a sender's outcomes to the run's record, and tells when another one is settled. */
import type { Micros, Send, SendHandler } from '../../core/index.ts';
import type { RunRecord } from './run-record.ts';

/**
 * @param settled called after each outcome
 * @param next the send that is due now for a connection that is free
 */
export function recordingHandler(
  record: RunRecord,
  settled: () => void,
  next: (now: Micros) => Send | undefined,
): SendHandler {
  return {
    answered(send) {
      record.answered(send);
      settled();
    },
    failed(send, reason) {
      record.failed(send, reason);
      settled();
    },
    notSent(send, reason) {
      record.notSent(send, reason);
      settled();
    },
    next,
  };
}
