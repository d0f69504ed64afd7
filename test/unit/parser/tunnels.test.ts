import { describe, expect, test } from 'vitest';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../support/conversation.ts';

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const ok = (body = 'ok') => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const CONNECT = 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n';
const CONNECTED = 'HTTP/1.1 200 Connected\r\n\r\n';
const switching = (to: string) => `HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: ${to}\r\n\r\n`;
const HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';

describe.each([1, 3, 1_000_000])('cut every %i bytes', (cut) => {
  const talk = (options = {}, flow = HANDSHAKE_FLOW) => conversation(options, flow, cut);

  test('TLS in a CONNECT tunnel is counted by name', () => {
    const c = talk().client(CONNECT).server(CONNECTED).client(HELLO).server('\x16\x03\x03\x00\x40\x02').end();
    expect(c.told).toEqual(['paired CONNECT a:443 200']);
    expect(c.ledger.fact('flows:tunnel')).toBe(1);
    expect(c.ledger.fact('flows:tls')).toBe(1);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'not-parsed:tls')).toBe(HELLO.length + 6);
  });

  test('HTTP in a CONNECT tunnel is read, its offsets those of the flow', () => {
    const c = talk().client(CONNECT).server(CONNECTED).client(get('/in')).server(ok()).close(0).close(1).end();
    expect(c.told).toEqual(['paired CONNECT a:443 200', 'paired GET /in 200']);
    expect(c.exchanges[1]?.id.offset).toBe(CONNECT.length);
    expect(c.exchanges.map(({ attributes }) => attributes)).toEqual([{}, { tunnel: 'http1' }]);
    expect(c.exchanges[1]?.response?.streamOffset).toBe(CONNECTED.length);
    expect(textOf(c.exchanges[1]?.request)).toBe(get('/in'));
  });

  test('an upgrade that is only believed when the flow ends still hands on the bytes behind it', () => {
    const frames = '\x81\x02hi'.repeat(20);
    const c = talk()
      .client(get('/1') + get('/ws', 'Upgrade: websocket\r\n'))
      .lose(1, 30)
      .server(`${switching('websocket')}${frames}`)
      .close(0)
      .close(1)
      .end();
    expect(c.told.at(-1)).toBe('session websocket');
    expect(textOf(c.exchanges.at(-1)?.response)).toBe(frames);
    expect(c.ledger.account('stream bytes', '').held).toBe(0);
  });

  test('a tunnel in a tunnel', () => {
    const c = talk()
      .client(CONNECT)
      .server(CONNECTED)
      .client(CONNECT)
      .server(CONNECTED)
      .client(get('/in'))
      .server(ok());
    expect(c.told).toEqual(['paired CONNECT a:443 200', 'paired CONNECT a:443 200', 'paired GET /in 200']);
  });

  test('a web socket is a session', () => {
    const c = talk()
      .client(get('/ws', 'Upgrade: websocket\r\n'))
      .server(`${switching('WebSocket')}\x81\x02hi`)
      .client('\x81\x82abcdXY')
      .server('\x81\x02yo')
      .close(0)
      .close(1);
    expect(c.told).toEqual(['paired GET /ws 101', 'session websocket']);
    const session = c.exchanges[1];
    expect([textOf(session?.request), textOf(session?.response)]).toEqual(['\x81\x82abcdXY', '\x81\x02hi\x81\x02yo']);
    expect(session?.turns.map((turn) => [turn.direction, turn.byteCount])).toEqual([
      [1, 4],
      [0, 8],
      [1, 4],
    ]);
    expect(session?.attributes).toEqual({ protocol: 'websocket', tunnel: 'http1' });
    expect(c.ledger.fact('flows:websocket')).toBe(1);
  });

  test.each([
    ['h2c', 'http2'],
    ['foo/1.2', 'foo'],
  ])('an upgrade to %s is a session of %s', (agreed, name) => {
    const c = talk().client(get('/')).server(switching(agreed)).client('abc').close(0).close(1);
    expect(c.told).toEqual(['paired GET / 101', `session ${name}`]);
  });

  test('an upgrade to TLS is not kept, one without a name tells by its bytes', () => {
    const tls = talk().client(get('/')).server(switching('TLS/1.0, HTTP/1.1')).client('abc').close(0).close(1);
    expect(tls.told).toEqual(['paired GET / 101']);
    const redis = talk().client(get('/')).server(switching('tcp')).client('*1\r\n$4\r\nPING\r\n').close(0).close(1);
    expect(redis.told).toEqual(['paired GET / 101', 'session redis']);
  });

  test('what the client sent before it was let through belongs to the tunnel', () => {
    const c = talk().client(CONNECT).client('GET /in HTTP/1.1\r\nHo').server(CONNECTED);
    c.client('st: a\r\n\r\n').server(ok());
    expect(c.told).toEqual(['paired CONNECT a:443 200', 'paired GET /in 200']);
  });

  test('in a flow whose ends were taken for each other too', () => {
    const c = conversation({}, { ...HANDSHAKE_FLOW, orientation: 'guess' }, Number.MAX_SAFE_INTEGER);
    c.server(CONNECT).client(CONNECTED).server(get('/in')).client(ok()).end();
    expect(c.told).toEqual(['paired CONNECT a:443 200', 'paired GET /in 200']);
    expect(c.exchanges[1]?.flow.client).toEqual(HANDSHAKE_FLOW.server);
  });
});
