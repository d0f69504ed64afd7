import { expect, test } from 'vitest';
import { Account, messageBytes } from '../../../../core/index.ts';
import { HarReader } from '../../../../formats/index.ts';
import { tell } from '../../../support/conversation.ts';
import { type Imported, imported } from '../../../support/formats/index.ts';

interface Given {
  readonly request?: object;
  readonly response?: object;
  readonly [name: string]: unknown;
}

const har = (...entries: readonly unknown[]) =>
  imported(Buffer.from(JSON.stringify({ log: { version: '1.2', creator: { name: 'a', version: '1' }, entries } })));

/** An entry as browsers save it, changed where a test says so. */
const entry = ({ request, response, ...changes }: Given = {}) => ({
  startedDateTime: '2026-11-21T10:00:00.000Z',
  time: 12.5,
  request: {
    method: 'GET',
    url: 'https://shop.example/items?q=1#top',
    httpVersion: 'http/2.0',
    headers: [
      { name: ':authority', value: 'shop.example' },
      { name: 'accept', value: '*/*' },
    ],
    queryString: [],
    cookies: [],
    headersSize: -1,
    bodySize: 0,
    ...request,
  },
  response: {
    status: 200,
    statusText: '',
    httpVersion: 'http/2.0',
    headers: [{ name: 'content-type', value: 'text/plain' }],
    cookies: [],
    content: { size: 2, mimeType: 'text/plain', text: 'hi' },
    redirectURL: '',
    headersSize: -1,
    bodySize: 2,
    ...response,
  },
  cache: {},
  timings: { blocked: 1, dns: -1, connect: 2, ssl: 1, send: 0.5, wait: 4, receive: 5 },
  serverIPAddress: '10.0.0.2',
  connection: '4711',
  ...changes,
});

const text = (side: 'request' | 'response', { exchanges }: Imported, place = 0) => {
  const message = exchanges[place]?.[side];
  return message === undefined ? undefined : Buffer.from(messageBytes(message)).toString('latin1');
};
const fields = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));

test('HTTP/2 becomes HTTP/1.1: pseudo fields go, Host and lengths come, the fragment is not sent', () => {
  const file = har(entry());
  expect(text('request', file)).toBe('GET /items?q=1 HTTP/1.1\r\nHost: shop.example\r\naccept: */*\r\n\r\n');
  expect(text('response', file)).toBe('HTTP/1.1 200 \r\ncontent-type: text/plain\r\nContent-Length: 2\r\n\r\nhi');
  expect(file.exchanges[0]?.flow).toMatchObject({
    client: { address: '0.0.0.0', port: 4711 },
    server: { address: '10.0.0.2', port: 443 },
  });
});

test('the answer begins behind what came before it and ends with the entry', () => {
  const [exchange] = har(entry()).exchanges;
  const start = Date.UTC(2026, 10, 21, 10) * 1000;
  expect(exchange?.request?.firstByteAt).toBe(start);
  expect(exchange?.response?.firstByteAt).toBe(start + 7_500);
  expect(exchange?.response?.lastByteAt).toBe(start + 12_500);
});

test("the length that an answer to HEAD names is GET's: it has no body, and the next answer is its own", () => {
  const head = entry({
    request: { method: 'HEAD' },
    response: { headers: fields(['Content-Length', '5000']), content: { size: 0, mimeType: '' } },
  });
  const file = har(head, entry({ startedDateTime: '2026-11-21T10:00:01.000Z' }));
  expect(file.exchanges.map(tell)).toEqual(['paired HEAD /items 200', 'paired GET /items 200']);
  expect(text('response', file)).toBe('HTTP/1.1 200 \r\nContent-Length: 5000\r\n\r\n');
});

test.each([204, 304])('%d has no body, whatever its fields say', (status) => {
  const file = har(entry({ response: { status, headers: fields(['content-length', '9']), content: { text: 'x' } } }));
  expect(text('response', file)).toBe(`HTTP/1.1 ${status} \r\ncontent-length: 9\r\n\r\n`);
});

test('a decoded body loses its codings and chunks, and has its own length where the old one stood', () => {
  const headers = fields(
    ['Content-Encoding', 'gzip'],
    ['content-length', '999'],
    ['Transfer-Encoding', 'chunked'],
    ['X', '1'],
  );
  expect(text('response', har(entry({ response: { headers } })))).toBe(
    'HTTP/1.1 200 \r\ncontent-length: 2\r\nX: 1\r\n\r\nhi',
  );
});

test('bodies in base64 are bytes; one that is missing is empty', () => {
  const png = Buffer.from([0x89, 0x50, 0, 0xff]);
  const binary = har(entry({ response: { content: { size: 4, text: png.toString('base64'), encoding: 'base64' } } }));
  expect(text('response', binary)?.endsWith(`Content-Length: 4\r\n\r\n${png.toString('latin1')}`)).toBe(true);
  expect(text('response', har(entry({ response: { content: { size: 4 } } })))).toContain('Content-Length: 0\r\n');
});

test('what was posted is sent as text, or as the form that its params are', () => {
  const post = (postData: object) =>
    text('request', har(entry({ request: { method: 'POST', headers: [], postData } })))?.split('\r\n\r\n')[1];
  expect(post({ mimeType: 'text/plain', text: 'grün' })).toBe(Buffer.from('grün').toString('latin1'));
  expect(post({ mimeType: 'application/x-www-form-urlencoded', params: fields(['a b', '1&2'], ['c', '']) })).toBe(
    'a+b=1%262&c=',
  );
});

test.each([
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['', '0.0.0.0'],
  ['shop.example', '0.0.0.0'],
])('the server %s is %s', (serverIPAddress, address) => {
  expect(har(entry({ serverIPAddress })).exchanges[0]?.flow.server.address).toBe(address);
});

test('entries in any order come out in that of time', () => {
  const at = (second: number) =>
    entry({ startedDateTime: `2026-11-21T10:00:0${second}.000Z`, request: { url: `http://a/${second}` } });
  expect(har(at(3), at(1), at(2)).exchanges.map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
});

test('an entry without an answer is a lone request', () => {
  expect(har(entry({ response: { status: 0 } })).exchanges.map(tell)).toEqual([
    'request-only GET /items (closed-before-response)',
  ]);
});

test('a field cannot begin another line', () => {
  const file = har(entry({ request: { headers: fields(['a', 'b\r\nX-Other: 1'], ['c\nd', 'e']) } }));
  expect(text('request', file)).toBe(
    'GET /items?q=1 HTTP/1.1\r\nHost: shop.example\r\na: b X-Other: 1\r\nc d: e\r\n\r\n',
  );
});

test('entries that say nothing usable are counted by reason', () => {
  let deep: unknown = 200;
  for (let depth = 0; depth < 3_000; depth++) deep = [deep];
  const file = har(
    null,
    17,
    'entry',
    [],
    entry({ request: { url: 'nowhere' } }),
    entry({ request: { method: 'GET / HTTP/1.1\r\n\r\nGET' } }),
    entry({ startedDateTime: 'yesterday' }),
    entry({ response: { status: deep }, connection: '99999', time: 1e300, _bytecopy: { client: '1.2.3.4:99999' } }),
  );
  expect(file.exchanges.map(tell)).toEqual(['request-only GET /items (closed-before-response)']);
  expect(file.exchanges[0]?.flow.client).toEqual({ address: '1.2.3.4', port: 0 });
  expect(file.ledger.report().accounts.records).toMatchObject({ in: 8, out: { read: 1 } });
});

test.each(['', 'null', '[]', '{"log": {"entries": 1}}', '{"log": {"entries": [', '['.repeat(100_000)])(
  'a file that is no HAR sets the failure',
  (file) => {
    const reader = new HarReader('a.har', new Account('records', 'read'));
    reader.push(Buffer.from(file));
    expect(reader.end()).toEqual([]);
    expect(reader.failure).toMatchObject({ code: 'HAR_CORRUPT', message: expect.stringContaining('a.har is no HAR') });
  },
);
