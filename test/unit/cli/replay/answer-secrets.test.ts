/** What a results file shows of answers: a target that is replayed to logs in real users. */
import { expect, test } from 'vitest';
import { answerCutter, answerSecretsOf } from '../../../../cli/replay/answer-secrets.ts';
import type { ReplayResult } from '../../../../core/index.ts';
import { NOON_MICROS } from '../../../support/exchanges/index.ts';

const LOGIN =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=abcdef0123; Path=/\r\nContent-Length: 38\r\n\r\n' +
  '{"user":"ada","access_token":"t0psecret"}';

function answered(text: string): ReplayResult {
  return {
    exchange: { at: NOON_MICROS, flow: '9f86d081884c7d65', offset: 74, index: 0 },
    copy: 0,
    target: '127.0.0.1:8080',
    operation: 'POST /login',
    outcome: 'answered',
    attempts: 1,
    answer: '200',
    status: 200,
    dueAt: NOON_MICROS,
    sentAt: NOON_MICROS,
    firstByteAt: NOON_MICROS,
    lastByteAt: NOON_MICROS,
    responseByteCount: text.length,
    response: Buffer.from(text, 'latin1'),
  };
}

const text = ({ response }: ReplayResult) => Buffer.from(response ?? []).toString('latin1');

test('answers went into the results with the cookies and tokens that a login gave out', async () => {
  const cut = await answerCutter(answerSecretsOf({ services: [] }, false));
  const shown = text(cut(answered(LOGIN)));
  expect(shown).toBe(LOGIN.replace('abcdef0123', '*'.repeat(10)).replace('t0psecret', '*'.repeat(9)));
});

test('verbatim where the user asks for secrets, or seals none', async () => {
  for (const secrets of [
    answerSecretsOf({ services: [] }, true),
    answerSecretsOf({ services: [], secrets: { seal: false } }, false),
  ]) {
    expect(text((await answerCutter(secrets))(answered(LOGIN)))).toBe(LOGIN);
  }
});

test.each(['', 'HTTP/1.1 200 OK\r\nSet-Cookie: sid=abc', 'HTTP/', '\x00\x00\x00\x01', 'HTTP/1.1 200 OK\r\n\r\n'])(
  'whatever the bytes of an answer, it keeps its length: %j',
  async (bytes) => {
    const cut = await answerCutter(answerSecretsOf({ services: [] }, false));
    expect(text(cut(answered(bytes)))).toHaveLength(bytes.length);
  },
);

test('names that the config calls secret', async () => {
  const cut = await answerCutter(answerSecretsOf({ services: [], secrets: { names: ['x-shelf'] } }, false));
  expect(text(cut(answered('HTTP/1.1 200 OK\r\nX-Shelf: 17\r\n\r\n')))).toBe('HTTP/1.1 200 OK\r\nX-Shelf: **\r\n\r\n');
});
