/** How the end of a direction reads as the reason of an exchange. */
import type { CloseReason } from '../core/index.ts';

/** Why it ended where it did not end in order; empty for a FIN. */
export function endReason(reason: CloseReason): string {
  switch (reason) {
    case 'fin':
      return '';
    case 'rst':
      return 'reset';
    case 'timeout':
    case 'evicted':
    case 'source-ended':
      return reason;
    default:
      return reason satisfies never;
  }
}

/** Why a request has no answer when the server's direction ended so. */
export function noAnswerReason(reason: CloseReason): string {
  return endReason(reason) || 'closed-before-response';
}
