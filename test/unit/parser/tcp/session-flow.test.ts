import { describe, expect, test } from 'vitest';
import { type Exchange, LONE_RESPONSE_INDEX } from '../../../../core/index.ts';
import { conversation, HANDSHAKE_FLOW, textOf } from '../../../support/conversation.ts';

const MIB = 1024 * 1024;
const ping = '*1\r\n$4\r\nPING\r\n';
const TLS_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';
const midway = { ...HANDSHAKE_FLOW, orientation: 'guess' as const };

const turnsOf = (exchange: Exchange | undefined) =>
  exchange?.turns.map(({ direction, byteCount }) => `${'><'[direction]}${byteCount}`).join(' ');

describe.each([1, 5, 1_000_000])('cut every %i bytes', (cut) => {
  const talk = (options = {}, flow = HANDSHAKE_FLOW) => conversation(options, flow, cut);

  test('a flow of another protocol is kept as one session, its turns in order', () => {
    const c = talk()
      .client(ping)
      .server('+PONG\r\n')
      .client('*1\r\n$4\r\nQUIT\r\n')
      .server('+OK\r\n')
      .close(0)
      .close(1);
    expect(c.told).toEqual(['session redis']);
    const [session] = c.exchanges;
    expect(session).toMatchObject({
      protocol: 'tcp',
      service: '10.0.0.2:80',
      notes: [],
      attributes: { protocol: 'redis' },
    });
    expect([textOf(session?.request), textOf(session?.response)]).toEqual([
      `${ping}*1\r\n$4\r\nQUIT\r\n`,
      '+PONG\r\n+OK\r\n',
    ]);
    expect(turnsOf(session)).toBe('>14 <7 >14 <5');
    expect(session?.request).toMatchObject({ complete: true, headByteCount: 0, streamOffset: 0 });
    expect(session?.id).toMatchObject({ offset: 0, index: 0, at: session?.request?.firstByteAt });
    expect(c.ledger.account('messages', '').aside('session', 'redis')).toBe(2);
    c.end();
    expect(c.ledger.fact('exchanges:session')).toBe(1);
  });

  test('a server that speaks first, and a client that never does', () => {
    const greeting = '\x4a\x00\x00\x00\x0a8.0.33\x00more';
    const both = talk().server(greeting).client('\x20\x00\x00\x01login').close(0).close(1);
    expect([both.told, turnsOf(both.exchanges[0])]).toEqual([['session mysql'], '<16 >9']);
    const lone = talk().server(greeting).close(0).close(1).exchanges[0];
    expect(lone?.request).toBeUndefined();
    expect(lone?.id).toMatchObject({ offset: 0, index: LONE_RESPONSE_INDEX });
  });

  test('unknown bytes wait for the other side, and then are a session', () => {
    const c = talk().client('\xfa\xce\xb0\x0c hello');
    expect(c.told).toEqual([]);
    c.server('\xfa\xce\xb0\x0d there').close(0).close(1);
    expect([c.told, turnsOf(c.exchanges[0])]).toEqual([['session unknown'], '>10 <10']);
  });

  test('the other side may know better', () => {
    expect(talk().client('\xfa\xce\xb0\x0c').server('HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n').told).toEqual([
      'response-only 400 (request-not-seen)',
    ]);
  });

  test('a gap is a missing range and counts in the turns', () => {
    const c = talk().client(ping).server('+PONG\r\n').lose(0, 10).client('rest').close(0).close(1);
    expect(c.told).toEqual(['session redis (gap)']);
    expect(turnsOf(c.exchanges[0])).toBe('>14 <7 >14');
    expect(c.exchanges[0]?.request).toMatchObject({
      byteCount: 28,
      complete: false,
      missing: [{ offset: 14, byteCount: 10 }],
    });
  });

  test('a gap before it is decided is a part of the session', () => {
    const c = talk().client('\xfa\xce\xb0\x0c hello').lose(1, 20).server('there').close(0).close(1);
    expect([c.told, turnsOf(c.exchanges[0])]).toEqual([['session unknown (gap)'], '>10 <25']);
    expect(c.exchanges[0]?.response?.missing).toEqual([{ offset: 0, byteCount: 20 }]);
    expect(talk().lose(0, 20).client('\xfa\xce\xb0\x0c hello').close(0).close(1).told).toEqual([]);
  });

  test('encrypted flows are counted, and kept only where all are wanted', () => {
    const bytes = (c: ReturnType<typeof talk>) => c.ledger.account('stream bytes', '');
    const plain = talk().client(TLS_HELLO).server('\x16\x03\x03\x00\x40\x02').end();
    expect(plain.told).toEqual([]);
    expect(bytes(plain).aside('discarded', 'not-parsed:tls')).toBe(TLS_HELLO.length + 6);
    const all = talk({ sessions: 'all' }).client(TLS_HELLO).server('\x16\x03\x03\x00\x40\x02').close(0).close(1);
    expect([all.told, turnsOf(all.exchanges[0])]).toEqual([['session tls'], '>11 <6']);
    const none = talk({ sessions: 'none' }).client(ping).server('+PONG\r\n').end();
    expect(none.told).toEqual([]);
    expect(bytes(none).aside('discarded', 'not-parsed:redis')).toBe(21);
    expect(none.ledger.fact('flows:redis')).toBe(1);
  });

  test('in the middle of a flow nothing is kept before it is recognised', () => {
    const c = talk({}, midway).client('\xfa\xce\xb0\x0c\xfa\xce\xb0\x0c');
    c.client(`${ping}`).server('+PONG\r\n').close(0).close(1);
    if (cut < 5) return;
    expect([c.told, turnsOf(c.exchanges[0])]).toEqual([['session redis'], '>14 <7']);
    expect(c.ledger.account('stream bytes', '').aside('discarded', 'mid-stream')).toBe(8);
  });

  test('a long session is cut at its bound, wherever that is', () => {
    const c = talk().client(`${ping}`);
    if (cut === 1) return;
    c.client('x'.repeat(2 * MIB))
      .close(0)
      .close(1);
    expect(c.exchanges.map(({ request }) => request?.byteCount)).toEqual([MIB, MIB, 14]);
    expect(c.exchanges.map(({ notes }) => notes)).toEqual([
      ['session-continues'],
      ['session-continued', 'session-continues'],
      ['session-continued'],
    ]);
    expect(c.exchanges.map(({ id }) => id.offset)).toEqual([0, MIB, 2 * MIB]);
  });
});

test('a session of half its bound is cut where the client speaks next', () => {
  const c = conversation()
    .client(ping)
    .server('y'.repeat(MIB / 2 + 1))
    .server('z')
    .client(ping)
    .server('+PONG\r\n');
  expect(c.exchanges.map(turnsOf)).toEqual([`>14 <${MIB / 2 + 2}`]);
  c.close(0).close(1);
  expect(turnsOf(c.exchanges[1])).toBe('>14 <7');
  expect(c.exchanges[1]?.id.offset).toBe(14);
});

test('a pause of ten seconds ends a piece, with ticks or without', () => {
  const talk = () => conversation().client(ping).server('+PONG\r\n');
  const ticked = talk().wait(9000);
  expect(ticked.told).toEqual([]);
  expect(ticked.wait(1000).told).toEqual(['session redis']);
  expect(ticked.exchanges[0]?.notes).toEqual(['session-continues']);
  const late = conversation({}, HANDSHAKE_FLOW).client(ping).server('+PONG\r\n');
  late.skipTime(11_000).client(ping);
  expect(late.exchanges.map(turnsOf)).toEqual(['>14 <7']);
});

test('a session that never pauses is cut by its age', () => {
  const c = conversation().client(ping);
  for (let second = 0; second < 80; second++) c.wait(1000).server('+tick\r\n');
  expect(c.exchanges).toHaveLength(1);
  const asked = conversation();
  for (let second = 0; second < 65; second++) asked.client(ping).server('+PONG\r\n').wait(1000);
  expect(asked.exchanges.map(({ turns }) => turns.length)).toEqual([120]);
});

test('bytes that tell nothing wait ten seconds, no longer', () => {
  const c = conversation().client('\xfa\xce\xb0\x0c hello').wait(9000);
  expect(c.told).toEqual([]);
  expect(c.wait(3000).wait(1000).told).toEqual(['session unknown']);
  const typed = conversation().client('GET / HT').wait(30_000).client('TP/1.1\r\n\r\n');
  expect(typed.end().told).toEqual(['request-only GET / (source-ended)']);
});

test('ten thousand turns do not pile up', () => {
  const c = conversation();
  for (let turn = 0; turn < 10_000; turn++) c.client('a\xff').server('b\xff');
  c.close(0).close(1);
  expect(c.exchanges.reduce((sum, { turns }) => sum + turns.length, 0)).toBe(20_000);
  expect(Math.max(...c.exchanges.map(({ turns }) => turns.length))).toBeLessThanOrEqual(8192);
});

test('why it ended stands in the reason', () => {
  const talk = () => conversation().client(ping).server('+PONG\r\n');
  expect(talk().close(0, 'rst').close(1, 'rst').told).toEqual(['session redis (reset)']);
  expect(talk().end().told).toEqual(['session redis (source-ended)']);
});
