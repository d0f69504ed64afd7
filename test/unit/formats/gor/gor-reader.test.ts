import { expect, test } from 'vitest';
import { Account, messageBytes } from '../../../../core/index.ts';
import { GorReader } from '../../../../formats/index.ts';
import { tell } from '../../../support/conversation.ts';
import { gorRecord } from '../../../support/formats/gor.ts';
import { type Imported, imported } from '../../../support/formats/index.ts';

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const OK = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const LONG_ID = 'a'.repeat(40);
/** 24 digits: ports 40000 and 80, 10.0.0.1, a number. */
const ID = '9c4000500a00000100000001';

const read = (text: string, cut?: number) => imported(Buffer.from(text), cut);
const told = ({ exchanges }: Imported) => exchanges.map(tell);
const bodies = ({ exchanges }: Imported) =>
  exchanges.map(({ response }) => response && Buffer.from(messageBytes(response)).toString().split('\r\n\r\n')[1]);
/** First and last byte of request and response, µs. */
const times = ({ exchanges }: Imported) =>
  exchanges.map(({ request, response }) => [
    request?.firstByteAt,
    request?.lastByteAt,
    response?.firstByteAt,
    response?.lastByteAt,
  ]);

test('0.16: the time of a response is that of its request, the latency counts from there to its end', () => {
  const file = read(
    gorRecord(`1 ${LONG_ID} 1000000000`, GET('/a')) + gorRecord(`2 ${LONG_ID} 1000000000 250000`, OK('x')),
  );
  expect(told(file)).toEqual(['paired GET /a 200']);
  expect(times(file)).toEqual([[1_000_000, 1_000_000, 1_000_250, 1_000_250]]);
});

test('1.0: the time of a response is its first byte, the latency counts from the end of the request', () => {
  const file = read(
    gorRecord(`1 ${LONG_ID} 1000000000`, GET('/a')) + gorRecord(`2 ${LONG_ID} 1000200000 250000`, OK('x')),
  );
  expect(times(file)).toEqual([[1_000_000, 1_000_000, 1_000_200, 1_000_250]]);
});

test('1.2: four fields in requests, the latency of a response is its length in time', () => {
  const file = read(
    gorRecord(`1 ${LONG_ID} 1000000000 5000`, GET('/a')) + gorRecord(`2 ${LONG_ID} 1000200000 30000`, OK('x')),
  );
  expect(times(file)).toEqual([[1_000_000, 1_000_000, 1_000_200, 1_000_230]]);
});

test('1.3 and 2.0: the latency of a request is its length in time, the id names ports and client', () => {
  const file = read(gorRecord(`1 ${ID} 1000000000 5000`, GET('/a')) + gorRecord(`2 ${ID} 1000200000 30000`, OK('x')));
  expect(times(file)).toEqual([[1_000_000, 1_000_005, 1_000_200, 1_000_230]]);
  expect(file.exchanges[0]?.flow).toMatchObject({
    client: { address: '10.0.0.1', port: 40_000 },
    server: { address: '0.0.0.0', port: 80 },
  });
});

test('responses of a replay are no part of the recording, whichever way their fields lie', () => {
  const file = read(
    gorRecord(`1 ${ID} 1000000000 0`, GET('/a')) +
      gorRecord(`3 ${ID} 250000 1700000000000000000`, OK('replayed')) +
      gorRecord(`3 ${ID} 1700000000000000000 250000`, OK('replayed')) +
      gorRecord(`2 ${ID} 1000200000 0`, OK('recorded')),
  );
  expect(bodies(file)).toEqual(['recorded']);
  expect(file.ledger.account('records', 'read').aside('ignored')).toBe(2);
});

test('one id for a whole connection: pairs are made in the order of time', () => {
  const file = read(
    ['/a', '/b', '/c'].flatMap((path, i) => gorRecord(`1 ${LONG_ID} 10${i}0000000 1`, GET(path))).join('') +
      ['1', '2', '3'].flatMap((body, i) => gorRecord(`2 ${LONG_ID} 10${i}5000000 1`, OK(body))).join(''),
  );
  expect(told(file)).toEqual(['paired GET /a 200', 'paired GET /b 200', 'paired GET /c 200']);
  expect(bodies(file)).toEqual(['1', '2', '3']);
});

test('records are in the order in which they ended: a response may come before its request', () => {
  const file = read(
    gorRecord('2 b 2000200000 1', OK('b')) +
      gorRecord('1 b 2000000000 1', GET('/b')) +
      gorRecord('2 a 1000200000 1', OK('a')) +
      gorRecord('1 a 1000000000 1', GET('/a')),
  );
  expect(told(file)).toEqual(['paired GET /a 200', 'paired GET /b 200']);
  expect(bodies(file)).toEqual(['a', 'b']);
});

test('a request without answer and an answer without request stay alone', () => {
  const file = read(gorRecord('1 a 1000000000 1', GET('/a')) + gorRecord('2 b 2000000000 1', OK('b')));
  expect(told(file)).toEqual([
    'request-only GET /a (closed-before-response)',
    expect.stringContaining('response-only 200'),
  ]);
});

test('the last record has no end: GoReplay drops it, and so do we, counted', () => {
  const file = read(`${gorRecord('1 a 1000000000 1', GET('/a'))}1 b 2000000000 1\n${GET('/b')}`);
  expect(told(file)).toEqual(['request-only GET /a (closed-before-response)']);
  expect(file.ledger.report().accounts.records).toMatchObject({ in: 2, out: { read: 1 } });
});

test('a payload may hold the three monkeys, unless they are a line of their own', () => {
  const body = 'x🐵🙈🙉\n🐵🙈🙉 \n🐵🙈\n';
  const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const file = read(gorRecord('1 a 1000000000 1', post) + gorRecord('2 a 1000200000 1', OK('b')));
  expect(told(file)).toEqual(['paired POST / 200']);
});

test('what is no record is counted and read over', () => {
  const file = read(
    gorRecord('1 a 1000000000 1', GET('/a')) +
      gorRecord('hello world', 'x') +
      gorRecord('', '') +
      gorRecord('9 a 1 1', 'x') +
      gorRecord('2 a 1000200000 1', OK('x')),
  );
  expect(told(file)).toEqual(['paired GET /a 200']);
  expect(file.ledger.report().accounts.records).toMatchObject({ in: 5, out: { read: 2 } });
});

test('a file whose line ends were converted says so', () => {
  const file = gorRecord('1 a 1000000000 1', GET('/a')).replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
  const reader = new GorReader('a.gor', new Account('records', 'read'));
  reader.push(Buffer.from(file));
  expect(reader.end()).toEqual([]);
  expect(reader.failure).toMatchObject({ code: 'GOR_CORRUPT', message: expect.stringContaining('CRLF') });
});

test('any cut of a file gives the same exchanges', () => {
  const text =
    gorRecord(`1 ${ID} 1000000000 5000`, GET('/a')) +
    gorRecord(`2 ${ID} 1000200000 30000`, OK('🐵🙈🙉')) +
    gorRecord('1 b 2000000000', GET('/b'));
  const whole = read(text).exchanges;
  expect(whole).toHaveLength(2);
  for (let cut = 1; cut < 40; cut++) expect(read(text, cut).exchanges).toEqual(whole);
});

test('more records of one time than are held leave in pairs, and the ledger adds up', () => {
  const count = 200_000;
  const lines = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? gorRecord(`1 n${i} 5 1`, GET('/')) : gorRecord(`2 n${i - 1} 5 1`, OK('')),
  );
  const account = new Account('records', 'read');
  const reader = new GorReader('a.gor', account);
  reader.push(Buffer.from(lines.join('')));
  expect(account.held).toBeLessThan(count);
  reader.end();
  expect(account).toMatchObject({ in: count, out: count, held: 0 });
  expect(reader.failure).toBeUndefined();
});

test('a time that no clock has told is taken for the largest there is', () => {
  const file = read(gorRecord('1 a 9999999999999999999 9999999999999999999', GET('/a')));
  expect(file.exchanges[0]?.request?.firstByteAt).toBe(Number.MAX_SAFE_INTEGER);
});
