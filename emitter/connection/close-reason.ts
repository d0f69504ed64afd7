/** Why a connection has ended. */
import type { FailureReason } from '../../core/index.ts';

/** Broken; its session through; closed by the peer with an answer, which was its last; closed here to make room for another wire. */
export type CloseReason = FailureReason | 'finished' | 'closed-with-answer' | 'gave-way';

/** What a send that is still in flight on it fails for. */
export function failureOf(reason: CloseReason): FailureReason {
  switch (reason) {
    case 'finished':
    case 'closed-with-answer':
    case 'gave-way':
      return 'connection-closed';
    default:
      return reason;
  }
}

/** Whether the peer ended it without a word. */
export function isByPeer(reason: CloseReason): boolean {
  return reason === 'connection-closed' || reason === 'reset';
}
