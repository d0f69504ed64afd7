/** What the system says when a connection breaks → the reason a send failed for. */
import type { FailureReason } from '../../core/index.ts';

const REASONS: ReadonlyMap<string, FailureReason> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['EPROTO', 'tls'],
  ['HOSTNAME_MISMATCH', 'tls'],
  ['INVALID_CA', 'tls'],
  ['INVALID_PURPOSE', 'tls'],
  ['PATH_LENGTH_EXCEEDED', 'tls'],
]);

/** Of OpenSSL, and of the verification of certificates (`X509_V_ERR_…`, without that beginning). */
const TLS_CODE = /^ERR_(?:TLS|SSL|OSSL)_|CERT|CRL|ISSUER|SIGNATURE/;

/**
 * @param code `code` of a socket error, such as `ECONNREFUSED`
 * @returns `unreachable` for everything unknown: no route, no address or no descriptor left
 */
export function failureReason(code: string | undefined): FailureReason {
  if (code === undefined) return 'unreachable';
  return REASONS.get(code) ?? (TLS_CODE.test(code) ? 'tls' : 'unreachable');
}
