/** What the system says when a connection breaks → the reason a send failed for. */
import type { FailureReason } from '../../core/index.ts';

const REASONS: ReadonlyMap<string | undefined, FailureReason> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
]);

/**
 * @param code `code` of a socket error, such as `ECONNREFUSED`
 * @returns `unreachable` for everything unknown: no route, no address or no descriptor left
 */
export function failureReason(code: string | undefined): FailureReason {
  return REASONS.get(code) ?? 'unreachable';
}
