import { expect, test } from 'vitest';
import {
  DelimitedReader,
  ExchangeLinesReader,
  encodeDelimited,
  formatExchangeLine,
  formatExchangeRecord,
} from '../../../../formats/index.ts';
import { exchange, message } from '../../../support/exchanges/index.ts';

const SOME = [
  exchange(),
  exchange({ request: message('GET / HTTP/1.1\r\n\r\n', Buffer.alloc(300, 0xff)), status: 0, response: undefined }),
  exchange({ protocol: 'thrift', attributes: { call: 'ping' } }),
];

const LINES = Buffer.from(SOME.map((each) => `${formatExchangeRecord(each)}\n`).join(''));
const MESSAGES = Buffer.concat(SOME.map(encodeDelimited));

function readAll(reader: ExchangeLinesReader | DelimitedReader, bytes: Uint8Array, cut = bytes.length) {
  const read = [];
  for (let at = 0; at < bytes.length; at += cut) read.push(...reader.push(bytes.slice(at, at + cut)));
  return [...read, ...reader.end()];
}

test('exchanges written as lines and as messages are the same exchanges when they are read', () => {
  expect(readAll(new ExchangeLinesReader('a'), LINES)).toEqual(SOME);
  expect(readAll(new DelimitedReader('a'), MESSAGES)).toEqual(SOME);
});

test('any cut gives the same', () => {
  for (let cut = 1; cut < 50; cut++) {
    expect(readAll(new ExchangeLinesReader('a'), LINES, cut)).toEqual(SOME);
    expect(readAll(new DelimitedReader('a'), MESSAGES, cut)).toEqual(SOME);
  }
});

test('lines: the last needs no end, CRLF and empty lines are taken', () => {
  const text = `\n${LINES.toString().trimEnd().replaceAll('\n', '\r\n\r\n')}`;
  expect(readAll(new ExchangeLinesReader('a'), Buffer.from(text))).toEqual(SOME);
});

test.each([
  ['not JSON', '{"id":'],
  ['null', 'null'],
  ['not base64 of an exchange', '{"exchange":"////"}'],
  ['printed for people', formatExchangeLine(exchange())],
])('a line that is %s stops there, named by its number; what came before was handed over', (_, line) => {
  const reader = new ExchangeLinesReader('a.jsonl');
  const read = readAll(reader, Buffer.from(`${formatExchangeRecord(exchange())}\n${line}\n${LINES}`));
  expect(read).toHaveLength(1);
  expect(reader.failure).toMatchObject({
    code: 'LINES_CORRUPT',
    message: expect.stringMatching(/^a\.jsonl: line 2: /),
  });
});

test.each([
  ['cut off', MESSAGES.subarray(0, -1), 2],
  ['of another kind', Buffer.concat([MESSAGES, Buffer.from([2, 0xff, 0xff])]), 3],
  ['empty', Buffer.concat([MESSAGES, Buffer.of(0)]), 3],
  ['longer than any', Buffer.concat([MESSAGES, Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x01)]), 3],
])('a message that is %s stops there, named by its position', (_, bytes, whole) => {
  const reader = new DelimitedReader('a.pb');
  expect(readAll(reader, bytes)).toHaveLength(whole);
  const position = SOME.slice(0, whole).reduce((sum, each) => sum + encodeDelimited(each).length, 0);
  expect(reader.failure).toMatchObject({
    code: 'EXCHANGES_CORRUPT',
    message: expect.stringContaining(`a.pb: the message at byte ${position} `),
  });
});
