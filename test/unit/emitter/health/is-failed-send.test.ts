import { expect, test } from 'vitest';
import { isFailedSend } from '../../../../emitter/health/is-failed-send.ts';
import { FREE_ORDER, newSend } from '../../../../emitter/plan/send.ts';
import { GET_REQUEST } from '../../../support/emitter/prepared-request.ts';

function answered(answer: string, recordedAnswer = '200'): boolean {
  const send = newSend({ ...GET_REQUEST, recordedAnswer }, 0, 0, FREE_ORDER);
  return isFailedSend(Object.assign(send, { answer, status: Number(answer) || 0 }), undefined);
}

test.each(['500', '502', '503', '599'])('%s speaks against the target', (answer) => {
  expect(answered(answer)).toBe(true);
});

test.each(['200', '302', '404', '429', 'reply', 'exception', 'oneway', 'session'])('%s does not', (answer) => {
  expect(answered(answer)).toBe(false);
});

test('a server error that was recorded does not, another one does', () => {
  expect(answered('503', '503')).toBe(false);
  expect(answered('500', '503')).toBe(true);
});

test('what got no answer does', () => {
  const send = newSend(GET_REQUEST, 0, 0, FREE_ORDER);
  expect(isFailedSend(send, 'refused')).toBe(true);
  expect(isFailedSend(send, 'timeout')).toBe(true);
});
