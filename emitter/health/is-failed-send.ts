/** Which outcomes of sends speak against a target. */
import type { FailureReason, Send } from '../../core/index.ts';

const SERVER_ERROR = 500;

/**
 * Every send without an answer (refused, reset, timed out, closed, no answer that can be read, and so on), and answers of
 * status 500 and more (RFC 9110, section 15.6), unless the recorded answer was the same: then the target does what it did.
 * Thrift exceptions and all other statuses are answers.
 * @param reason where it failed
 */
export function isFailedSend({ status, answer, request }: Send, reason: FailureReason | undefined): boolean {
  return reason !== undefined || (status >= SERVER_ERROR && answer !== request.recordedAnswer);
}
