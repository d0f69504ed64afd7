import { describe, expect, test } from 'vitest';
import type { Exchange, NotSentReason } from '../../../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../../../../emitter/options.ts';
import { RequestPreparer } from '../../../../emitter/request/request-preparer.ts';
import { parseTarget, TargetGuard } from '../../../../emitter/target.ts';
import { type Conversation, conversation, HANDSHAKE_FLOW } from '../../../support/conversation.ts';

const PING = '*1\r\n$4\r\nPING\r\n';
const PONG = '+PONG\r\n';
const QUIT = '*1\r\n$4\r\nQUIT\r\n';

const talk = (...options: Parameters<typeof conversation>) =>
  conversation(...options)
    .client(PING)
    .server(PONG);
const last = (c: Conversation): Exchange => c.close(0).close(1).exchanges.at(-1) as Exchange;

function preparer(options: Partial<ReplayOptions> = {}, target = 'tcp://192.0.2.1:81'): RequestPreparer {
  const parsed = parseTarget(target);
  const guard = new TargetGuard(parsed, [{ address: parsed.hostname, port: parsed.port }]);
  return new RequestPreparer(checkReplayOptions({ target, runId: 'run', writes: 'allow', ...options }), [parsed], {
    guard,
  });
}

test('a session is its client’s bytes, with the turns of both sides', () => {
  const session = last(talk().client(QUIT).server('+OK\r\n'));
  const one = preparer();
  expect(one.check(session)).toBeUndefined();
  expect(one.build(session)).toEqual({
    exchange: session.id,
    protocol: 'tcp',
    wire: 'session',
    operation: 'redis',
    verb: '',
    parts: [Buffer.from(PING + QUIT)],
    byteCount: 28,
    repeatable: false,
    expects: 'turns',
    sequence: undefined,
    turns: session.turns,
    recordedAnswer: 'session',
  });
});

describe('sent', () => {
  test.each<[string, Exchange]>([
    [
      'where the server speaks first',
      last(conversation().server('\x4a\x00\x00\x00\x0a8.0.33\x00more').client('login')),
    ],
    ['where the server says nothing', last(conversation().client(PING))],
    ['that was reset', talk().close(0, 'rst').close(1, 'rst').exchanges[0] as Exchange],
    ['that the capture’s end cut', talk().end().exchanges[0] as Exchange],
    ['as far as its first piece reaches', talk().wait(11_000).client(QUIT).exchanges[0] as Exchange],
  ])('a session %s', (_, session) => {
    expect(session.outcome).toBe('session');
    expect(preparer().check(session)).toBeUndefined();
  });
});

describe('not sent', () => {
  const midway = { ...HANDSHAKE_FLOW, orientation: 'port' as const };
  const inTunnel = conversation()
    .client('GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n')
    .server('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi')
    .client('\x81\x82abcdXY');
  const behindProxy = conversation().client(`PROXY TCP4 192.0.2.9 192.0.2.1 4000 80\r\n${PING}`).server(PONG);
  const encrypted = conversation({ sessions: 'all' })
    .client('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')
    .server('\x16\x03\x03\x00\x40\x02');

  test.each<[string, NotSentReason, Exchange]>([
    ['a gap in what the client said', 'incomplete', last(talk().lose(0, 10).client(QUIT))],
    ['a gap in what the server said', 'incomplete', last(talk().lose(1, 10).client(QUIT))],
    ['seen from its middle on', 'incomplete', last(talk({}, midway))],
    ['a later piece', 'incomplete', last(talk().wait(11_000).client(QUIT))],
    ['a server alone', 'incomplete', last(conversation().server('\x4a\x00\x00\x00\x0a8.0.33\x00more'))],
    ['the rest of an upgrade', 'not-supported', last(inTunnel)],
    ['behind a PROXY header', 'not-supported', last(behindProxy)],
    ['encrypted', 'not-supported', last(encrypted)],
  ])('%s: %s', (_, reason, session) => {
    expect(session.outcome).toBe('session');
    expect(preparer().check(session)).toBe(reason);
  });

  test('as a write, unless writes are allowed', () => {
    const session = last(talk());
    expect(preparer({ writes: 'skip', readFunctions: ['*'] }).check(session)).toBe('write-not-allowed');
    expect(() => preparer({ writes: 'undecided' }).check(session)).toThrow(
      'the traffic holds writes, such as a session of redis',
    );
  });

  test('to the server it was recorded from', () => {
    const { address, port } = HANDSHAKE_FLOW.server;
    expect(() => preparer({}, `tcp://${address}:${port}`).check(last(talk()))).toThrow(
      expect.objectContaining({ code: 'REPLAY_TARGET_IS_RECORDED' }),
    );
  });
});
