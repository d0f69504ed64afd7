import { expect, test } from 'vitest';
import { type Exchange, messageBytes } from '../../../../core/index.ts';
import { GorWriter } from '../../../../formats/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';
import { readAsGoReplay } from '../../../support/formats/gor.ts';

const textOf = (given: Exchange['request']) => given && Buffer.from(messageBytes(given)).toString('latin1');

test("GoReplay's own reader gets the bytes, times and pairs that were written", () => {
  const writer = new GorWriter();
  const pair = exchange();
  const lone = exchange({ response: undefined, status: 0, outcome: 'request-only' });
  const file = Buffer.concat([pair, lone].map((each) => writer.add(each) as Uint8Array));
  const records = readAsGoReplay(file);
  expect(records.map(({ meta }) => meta)).toEqual([
    ['1', '9d781f907f00000100000000', `${NOON_MICROS}000`, '0'],
    ['2', '9d781f907f00000100000000', `${NOON_MICROS + 1200}000`, '50000'],
    ['1', '9d781f907f00000100000001', `${NOON_MICROS}000`, '0'],
  ]);
  expect(records.map(({ payload }) => payload)).toEqual([pair.request, pair.response, lone.request].map(textOf));
});

test('an IPv6 client goes by its last four bytes', () => {
  const onIpv6 = flow({ client: { address: 'fe80::1:2', port: 1 }, server: { address: '::1', port: 2 } });
  const [record] = readAsGoReplay(new GorWriter().add(exchange({ flow: onIpv6 })) as Uint8Array);
  expect(record?.meta[1]).toBe('000100020001000200000000');
});

test.each([
  ['the separator within', 'a\n🐵🙈🙉\nb'],
  ['the separator at once', '🐵🙈🙉\nb'],
  ['nearly the separator at the end', 'a\n🐵🙈🙉'],
])('%s: a body is refused only where a reader would end it', (_, body) => {
  const head = `POST / HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const posted = exchange({ request: message(head, body) });
  const written = new GorWriter().add(posted);
  const refused = body.includes('🐵🙈🙉\n') || body.endsWith('🐵🙈🙉');
  if (refused) expect(written).toBe('holds-separator');
  else expect(readAsGoReplay(written as Uint8Array)[0]?.payload).toBe(textOf(posted.request));
});

test('what is not HTTP, not whole or has no request is left out with its reason', () => {
  const writer = new GorWriter();
  expect(writer.add(exchange({ protocol: 'thrift' }))).toBe('not-http');
  expect(writer.add(exchange({ request: undefined }))).toBe('no-request');
  const broken = message('POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n', 'a', { complete: false });
  expect(writer.add(exchange({ request: broken }))).toBe('incomplete');
});
