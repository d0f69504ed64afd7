import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { renderExchange, renderExchangeRow, renderExchangeRowHeader } from '../../../../cli/render/index.ts';
import type { Exchange, Message } from '../../../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../../../support/exchanges/index.ts';

const plain = (one: Exchange) => renderExchange(one, { withSecrets: false, color: false });
const lines = (...all: string[]) => all.join('\n');

test('a paired exchange in full', () => {
  expect(plain(exchange())).toBe(
    lines(
      'exchange  0660c66c7a2800-9f86d081884c7d65-00000000004a-00',
      'flow      127.0.0.1:40312 → 127.0.0.1:8080  9f86d081884c7d65',
      'service   front → catalogue',
      'operation GET /items/17',
      'outcome   http1, paired, status 200',
      'trace     4bf92f3577b34da6a3ce929d0e0e4736  span 00f067aa0ba902b7',
      'request   2026-11-21T10:00:00.000000Z  53 B',
      'response  2026-11-21T10:00:00.001200Z  82 B, first byte after 1.20 ms, last after 1.25 ms',
      '',
      '── request ─────────────────────────────────────────────────',
      'GET /items/17?full=1 HTTP/1.1',
      'Host: shop.example',
      '',
      '── response ────────────────────────────────────────────────',
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      'Content-Length: 11',
      '',
      '{"item":17}',
    ),
  );
});

test('a lone request that broke off, seen in a tunnel at one end', () => {
  const lone = exchange({
    flow: flow({ client: { address: '::1', port: 9 }, network: 'vlan:12', vantage: 'caller' }),
    source: '',
    status: 0,
    outcome: 'request-only',
    reason: 'gap',
    trace: undefined,
    session: 'user-17',
    origin: { tenant: 'shop', environment: '', region: 'eu', instance: '', labels: { team: 'a' } },
    notes: ['bare-lf', '\x1b[2J'],
    sealed: [{ side: 'request', offset: 0, byteCount: 3, keyId: 'k', sealed: new Uint8Array(3) }],
    masked: [{ side: 'request', rule: 'cards', action: 'replace', count: 2 }],
    interim: [message('HTTP/1.1 103 Early Hints\r\n\r\n')],
    request: message('POST /items HTTP/1.1\r\n\r\n', 'abc', {
      byteCount: 5000,
      complete: false,
      truncated: true,
      missing: [{ offset: 100, byteCount: 1 }],
    }),
    response: undefined,
  });
  expect(plain(lone)).toBe(
    lines(
      'exchange  0660c66c7a2800-9f86d081884c7d65-00000000004a-00',
      'flow      [::1]:9 → 127.0.0.1:8080  9f86d081884c7d65, vlan:12, seen at the caller',
      'service   unknown → catalogue',
      'operation GET /items/17',
      'outcome   http1, request-only, gap',
      'session   user-17',
      'captured  shop eu team=a',
      'request   2026-11-21T10:00:00.000000Z  4.88 KiB, incomplete',
      'notes     bare-lf, \\x1b[2J',
      'sealed    1 range',
      'masked    request: cards (replace × 2)',
      '',
      '── request ─────────────────────────────────────────────────',
      'POST /items HTTP/1.1',
      '',
      'abc',
      '… 1 byte missing at 100',
      '… cut: 27 B of 4.88 KiB kept',
      '',
      '── interim answer ──────────────────────────────────────────',
      'HTTP/1.1 103 Early Hints',
    ),
  );
});

test('credentials are placeholders unless asked for', () => {
  const one = exchange({ request: message('GET / HTTP/1.1\r\nCookie: id=17\r\n\r\n') });
  expect(plain(one)).toContain('Cookie: ‹hidden, 5 characters›');
  expect(renderExchange(one, { withSecrets: true, color: false })).toContain('Cookie: id=17');
});

test('a body is shown as it was stored, never steering the terminal', () => {
  const body = '{"a" :\n  1,\t"b":"\x1b]0;owned\x07"}';
  expect(plain(exchange({ response: message('HTTP/1.1 200 OK\r\n\r\n', body) }))).toMatch(
    /HTTP\/1\.1 200 OK\n\n\{"a" :\n {2}1,\t"b":"\\x1b\]0;owned\\x07"\}$/,
  );
});

test('a binary body is a hex dump of its beginning', () => {
  const body = Uint8Array.from({ length: 300 }, (_, i) => i);
  const text = plain(exchange({ response: message('HTTP/1.1 200 OK\r\n\r\n', body) }));
  expect(text).toContain('00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|');
  expect(text).toContain('00000040  40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  |@ABCDEFGHIJKLMNO|');
  expect(text).toMatch(/… 44 B more$/);
});

test('a long text ends where the limit is, also within a character', () => {
  const text = plain(exchange({ response: message('HTTP/1.1 200 OK\r\n\r\n', `x${'é'.repeat(9000)}`) }));
  expect(text).toMatch(/é\n… 1\.58 KiB more$/);
});

test('head bytes that are no UTF-8 are shown one by one; a missing part of the head is not taken from the body', () => {
  const head = Buffer.from('GET / HTTP/1.1\r\nX: \xe9\r\n\r\n', 'latin1');
  const request = message('', head, { headByteCount: head.length + 10, missing: [{ offset: 3, byteCount: 10 }] });
  expect(plain(exchange({ request }))).toContain('X: é\n… 10 bytes missing at 3');
});

test('colours only when asked for', () => {
  expect(plain(exchange())).not.toContain('\x1b');
  expect(renderExchange(exchange(), { withSecrets: false, color: true })).toContain('\x1b[1m── request');
});

test('rows line up with their header', () => {
  const rows = [
    renderExchangeRowHeader(),
    renderExchangeRow(exchange()),
    renderExchangeRow(exchange({ status: 0, outcome: 'request-only', response: undefined, source: '' })),
    renderExchangeRow(exchange({ status: 0, outcome: 'session', operation: `GET /${'x'.repeat(60)}\n` })),
  ];
  expect(rows.join('\n')).toBe(
    lines(
      'time                         status    latency  service                   operation                             id',
      '2026-11-21T10:00:00.000000Z  200       1.25 ms  front → catalogue         GET /items/17                         0660c66c7a2800-9f86d081884c7d65-00000000004a-00',
      '2026-11-21T10:00:00.000000Z  lone            -  catalogue                 GET /items/17                         0660c66c7a2800-9f86d081884c7d65-00000000004a-00',
      '2026-11-21T10:00:00.000000Z  session   1.25 ms  front → catalogue         GET /xxxxxxxxxxxxx…xxxxxxxxxxxxxxx\\n  0660c66c7a2800-9f86d081884c7d65-00000000004a-00',
    ),
  );
});

test('a Thrift call without a status says whether it threw, or was a oneway', () => {
  const call = { protocol: 'thrift', status: 0, operation: 'find' } as const;
  const row = (attributes: Readonly<Record<string, string>>, outcome: 'paired' | 'oneway' = 'paired') =>
    renderExchangeRow(exchange({ ...call, outcome, attributes })).split(/ +/)[1];
  expect(row({ answer: 'reply' })).toBe('-');
  expect(row({ answer: 'exception' })).toBe('threw');
  expect(row({ answer: 'reply', result: 'declared-exception' })).toBe('threw');
  expect(row({}, 'oneway')).toBe('oneway');
});

test('an answer that ends before its request began (clocks of two hosts) has no negative width', () => {
  const early = message('HTTP/1.1 200 OK\r\n\r\n', '', { firstByteAt: NOON_MICROS - 50, lastByteAt: NOON_MICROS - 40 });
  expect(renderExchangeRow(exchange({ response: early }))).toContain('    0 µs  ');
});

describe('bodies are shown decoded', () => {
  const gzip = zlib.gzipSync('{"a":1}');
  const chunk = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  const chunked = (fields: string, body: Uint8Array, trailers = '') =>
    message(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${fields}\r\n`,
      Buffer.concat([chunk(body), Buffer.from(`0\r\n${trailers}\r\n`)]),
    );
  const answer = (response: Message, raw = false) =>
    renderExchange(exchange({ response }), { withSecrets: false, color: false, raw })
      .split('── response')[1]
      ?.split('\n\n')
      .slice(1)
      .join('\n\n');

  test('and say from what', () => {
    const response = chunked('Content-Encoding: gzip\r\n', gzip);
    expect(answer(response)).toBe('{"a":1}\n… decoded from chunked, gzip; --raw prints it as sent');
    expect(answer(response, true)).toMatch(/^00000000 {2}31 62 0d 0a 1f 8b/);
  });

  test('with trailers, their credentials hidden', () => {
    expect(answer(chunked('', Buffer.from('abc'), 'X-Sum: \x1b3\r\nX-Auth-Token: hush\r\n'))).toBe(
      lines(
        'abc',
        '… decoded from chunked; --raw prints it as sent',
        '… trailers',
        'X-Sum: \\x1b3',
        'X-Auth-Token: ‹hidden, 4 characters›',
      ),
    );
  });

  test('as far as that goes', () => {
    const cut = message(
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n',
      zlib.gzipSync('abc'.repeat(10)).subarray(0, -9),
    );
    expect(answer(cut)).toContain('… decoded from gzip; --raw prints it as sent\n… not the whole body: incomplete');
    const unknown = message('HTTP/1.1 200 OK\r\nContent-Encoding: x\x1b, gzip\r\n\r\n', gzip);
    expect(answer(unknown)).toContain('… not the whole body: unknown-coding:x\\x1b');
  });

  test('as sent where nothing could be decoded', () => {
    const response = message('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n', 'never was gzip');
    expect(answer(response)).toBe('never was gzip\n… as sent: gzip gives nothing (broken)');
  });

  test('by the declared charset', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin1\r\n\r\n';
    expect(answer(message(head, Buffer.from('caf\xe9', 'latin1')))).toBe('café\n… read as windows-1252');
  });
});
