import { expect, test } from 'vitest';
import { failureReason } from '../../../../emitter/connection/failure.ts';

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'dns'],
  ['EHOSTUNREACH', 'unreachable'],
  ['constructor', 'unreachable'],
  [undefined, 'unreachable'],
])('%s is %s', (code, reason) => expect(failureReason(code)).toBe(reason));
