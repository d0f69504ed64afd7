import { expect, test } from 'vitest';
import { readHeadFacts } from '../../../../emitter/request/head-facts.ts';

function facts(text: string) {
  const bytes = Buffer.from(text, 'latin1');
  return readHeadFacts(bytes, bytes.length);
}

const PLAIN = { fields: true, host: '', closes: false, upgrades: false, marked: false };

test('fields are found in any case, with any white space around their value', () => {
  expect(facts('GET / HTTP/1.1\r\nHOST:\t a.example:80 \r\n\r\n')).toEqual({ ...PLAIN, host: 'a.example:80' });
  expect(facts('GET / HTTP/1.1\nconnection: Keep-Alive, Close\nUpgrade: h2c\n\n')).toEqual({
    ...PLAIN,
    closes: true,
    upgrades: true,
  });
  expect(facts('GET / HTTP/1.1\r\nX-ByteCopy-Replay: run\r\n\r\n')).toEqual({ ...PLAIN, marked: true });
});

test('names that only begin alike, folded lines and the body count for nothing', () => {
  const head = 'GET / HTTP/1.1\r\nHost-Name: x\r\nX: y\r\n host: folded\r\nConnection: closed\r\n\r\n';
  expect(readHeadFacts(Buffer.from(`${head}host: body\r\n`), head.length)).toEqual(PLAIN);
});

test('a request without version has no fields', () => {
  expect(facts('GET /\r\n').fields).toBe(false);
  expect(facts('GET /').fields).toBe(false);
});
