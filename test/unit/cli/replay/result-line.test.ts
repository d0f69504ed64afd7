import { expect, test } from 'vitest';
import { resultLine } from '../../../../cli/replay/result-line.ts';
import type { ReplayResult } from '../../../../core/index.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

const RESULT: ReplayResult = {
  exchange: { at: NOON_MICROS, flow: '9f86d081884c7d65', offset: 74, index: 0 },
  copy: 1,
  target: '127.0.0.1:8080',
  operation: 'GET /items/17',
  outcome: 'answered',
  attempts: 1,
  answer: '200',
  status: 200,
  dueAt: NOON_MICROS,
  sentAt: NOON_MICROS + 10,
  firstByteAt: NOON_MICROS + 900,
  lastByteAt: NOON_MICROS + 950,
  responseByteCount: 3,
};

test('the exchange is named as show takes it, everything else as it is', () => {
  const line = JSON.parse(resultLine(RESULT)) as Record<string, unknown>;
  expect(line).toEqual({ ...RESULT, exchange: '0660c66c7a2800-9f86d081884c7d65-00000000004a-00' });
});

test('the bytes of an answer are base64, and nothing where they were not kept', () => {
  const bytes = new Uint8Array([1, 0, 255, 254]).subarray(1);
  expect(JSON.parse(resultLine({ ...RESULT, response: bytes }))).toMatchObject({ response: 'AP/+' });
  expect(resultLine(RESULT)).not.toContain('"response"');
});

test('one result is one line, whatever an operation holds', () => {
  expect(resultLine({ ...RESULT, operation: 'GET /\n{"a":1}' })).not.toContain('\n');
});
