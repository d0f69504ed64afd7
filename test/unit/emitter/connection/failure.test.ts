import { expect, test } from 'vitest';
import { failureReason } from '../../../../emitter/connection/failure.ts';

test('codes of the system become reasons', () => {
  expect(failureReason('ECONNREFUSED')).toBe('refused');
  expect(failureReason('ECONNRESET')).toBe('reset');
  expect(failureReason('EPIPE')).toBe('reset');
  expect(failureReason('ETIMEDOUT')).toBe('timeout');
  expect(failureReason('ENOTFOUND')).toBe('dns');
});

test.each([
  'EPROTO',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CRL_HAS_EXPIRED',
  'HOSTNAME_MISMATCH',
])('%s is of TLS', (code) => {
  expect(failureReason(code)).toBe('tls');
});

test('what is not known counts as unreachable: the target was never spoken to', () => {
  for (const code of ['EHOSTUNREACH', 'ENETUNREACH', 'EMFILE', 'EADDRNOTAVAIL', 'constructor', undefined]) {
    expect(failureReason(code)).toBe('unreachable');
  }
});
