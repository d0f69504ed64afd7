import { describe, expect, test } from 'vitest';
import type { Exchange, Message, NotSentReason, PreparedRequest, RequestReady } from '../../../../core/index.ts';
import { checkReplayOptions, type ReplayOptions } from '../../../../emitter/options.ts';
import { RequestPreparer } from '../../../../emitter/request/request-preparer.ts';
import { parseTarget, TargetGuard } from '../../../../emitter/target.ts';
import { exchange, get, RECORDED_FLOW } from '../../../support/emitter/recording.ts';

const HEAD = 'GET / HTTP/1.1\r\nHost: shop.example\r\n';

function preparer(options: Partial<ReplayOptions> = {}, guarded = false): RequestPreparer {
  const checked = checkReplayOptions({ target: 'http://192.0.2.1:81', runId: 'run', writes: 'allow', ...options });
  const target = parseTarget(checked.target);
  const guard = guarded ? new TargetGuard(target, [{ address: target.hostname, port: target.port }]) : undefined;
  return new RequestPreparer(checked, [target], { guard });
}

function sent(recorded: Exchange, options?: Partial<ReplayOptions>): string {
  const one = preparer(options);
  expect(one.check(recorded)).toBeUndefined();
  return text(one.build(recorded));
}

const text = ({ parts }: PreparedRequest): string => Buffer.concat(parts).toString('latin1');
const refusal = (recorded: Exchange, options?: Partial<ReplayOptions>): NotSentReason | undefined =>
  preparer(options).check(recorded);

describe('HTTP as recorded', () => {
  test('but for the marker', () => {
    expect(sent(exchange(get(1)))).toBe(get(1).replace(/\r\n\r\n$/, '\r\nx-bytecopy-replay: run\r\n\r\n'));
  });

  test('Connection: close becomes keep-alive, in its place', () => {
    expect(sent(exchange(`${HEAD}connection: Close\r\nX: 1\r\n\r\n`))).toBe(
      `${HEAD}connection: keep-alive\r\nX: 1\r\nx-bytecopy-replay: run\r\n\r\n`,
    );
  });

  test('host, headers set and removed', () => {
    const options: Partial<ReplayOptions> = { host: 'target', setHeaders: [['A', '2']], removeHeaders: ['b'] };
    expect(sent(exchange(`${HEAD}A: 1\r\nB: 1\r\n\r\n`), options)).toBe(
      'GET / HTTP/1.1\r\nHost: 192.0.2.1:81\r\nA: 2\r\nx-bytecopy-replay: run\r\n\r\n',
    );
  });

  test('what it is told as', () => {
    const one = preparer();
    const recorded = exchange('PUT /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok', { status: 201 });
    expect(one.check(recorded)).toBeUndefined();
    const built = one.build(recorded);
    expect(built).toMatchObject({
      exchange: recorded.id,
      protocol: 'http1',
      wire: 'http1',
      operation: 'PUT /a',
      verb: 'PUT',
      repeatable: true,
      expects: 'answer',
      sequence: undefined,
      turns: [],
      recordedAnswer: '201',
    });
    expect(built.byteCount).toBe(text(built).length);
    expect(one.build(exchange(get(1), { status: 0 })).recordedAnswer).toBe('');
    expect(one.build(exchange('POST / HTTP/1.1\r\n\r\n')).repeatable).toBe(false);
  });

  test('a small request is one part, however it was kept', () => {
    const head = 'POST / HTTP/1.1\r\nContent-Length: 40000\r\n\r\n';
    const whole = exchange(head + 'b'.repeat(40_000));
    const [bytes] = (whole.request as Message).parts as [Uint8Array];
    const cut = exchange(head, {
      message: { parts: [bytes.subarray(0, 20), bytes.subarray(20, 20_000), bytes.subarray(20_000)] },
    });
    const one = preparer();
    for (const recorded of [whole, cut]) {
      expect(one.check(recorded)).toBeUndefined();
      const built = one.build(recorded);
      expect(built.parts).toHaveLength(1);
      expect(text(built).endsWith('b'.repeat(40_000))).toBe(true);
    }
    expect(text(one.build(cut))).toBe(text(one.build(whole)));
  });

  test('a large one keeps its parts, none longer than a part may be', () => {
    const mebibyte = new Uint8Array(1024 * 1024);
    const head = Buffer.from('POST / HTTP/1.1\r\nContent-Length: 2097152\r\n\r\n');
    const built = preparer().build(exchange(head.toString(), { message: { parts: [head, mebibyte, mebibyte] } }));
    expect(built.parts.map((part) => part.length)).toEqual([
      head.length + 'x-bytecopy-replay: run\r\n'.length,
      2 ** 20,
      2 ** 20,
    ]);
    expect(built.parts[1]).toBe(mebibyte);
  });

  test('a request announced before its answer', () => {
    const { id, flow, source, service, operation, verb, path, protocol, trace, session, attributes, request } =
      exchange(get(1));
    const ready: RequestReady = {
      id,
      flow,
      source,
      service,
      operation,
      verb,
      path,
      protocol,
      trace,
      session,
      attributes,
      request: request as Message,
    };
    const one = preparer();
    expect(one.check(ready)).toBeUndefined();
    expect(one.build(ready).recordedAnswer).toBe('');
  });

  test('what was checked before does not leak into what is built', () => {
    const closing = exchange(`${HEAD}Connection: close\r\n\r\n`);
    const plain = exchange(get(2));
    const one = preparer();
    one.check(closing);
    expect(text(one.build(plain))).not.toContain('keep-alive');
    one.check(plain);
    expect(text(one.build(closing))).toContain('Connection: keep-alive');
  });
});

test.each<[string, NotSentReason, Exchange]>([
  ['no request', 'incomplete', exchange(get(0), { message: null })],
  ['no end', 'incomplete', exchange(get(0), { message: { complete: false } })],
  ['a gap', 'incomplete', exchange(get(0), { message: { missing: [{ offset: 1, byteCount: 1 }] } })],
  ['a head without its bytes', 'incomplete', exchange(get(0), { message: { headByteCount: 4_000 } })],
  ['no head', 'incomplete', exchange(get(0), { message: { headByteCount: 0 } })],
  ['no bytes', 'incomplete', exchange(get(0), { message: { parts: [] } })],
  ['cut by the body limit', 'truncated', exchange(get(0), { message: { truncated: true, complete: false } })],
  ['CONNECT', 'not-supported', exchange('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n')],
  ['an upgrade', 'not-supported', exchange(`${HEAD}Upgrade: websocket\r\n\r\n`)],
  ['an agreed switch', 'not-supported', exchange(get(0), { status: 101 })],
  ['HTTP/0.9', 'not-supported', exchange('GET /\r\n', { message: { headByteCount: 7 } })],
  ['replayed traffic', 'marked', exchange(`${HEAD}X-Bytecopy-Replay: other\r\n\r\n`)],
])('%s is not sent: %s', (_, reason, recorded) => {
  expect(refusal(recorded)).toBe(reason);
});

describe('HTTP/2', () => {
  const http2 = { http2: true };

  test('takes no other protocol, and no request that it cannot say', () => {
    expect(refusal(exchange(get(0)), http2)).toBeUndefined();
    expect(refusal(exchange('POST / HTTP/1.1\r\n\r\nbody', { message: { headByteCount: 19 } }), http2)).toBeUndefined();
    expect(refusal(exchange('GET / HTTP/1.1\r\n\r\nbody', { message: { headByteCount: 18 } }), http2)).toBe(
      'not-supported',
    );
    expect(refusal(exchange('OPTIONS * HTTP/1.1\r\n\r\n'), http2)).toBe('not-supported');
    expect(refusal(exchange('', { protocol: 'thrift', attributes: { call: 'call' } }), http2)).toBe('not-supported');
    expect(refusal(exchange('', { protocol: 'tcp' }), http2)).toBe('not-supported');
  });
});

describe('guards', () => {
  const post = exchange('POST /orders HTTP/1.1\r\nHost: a\r\n\r\n');

  test('writes: allowed, left out, or refused with the first of them', () => {
    expect(refusal(post, { writes: 'skip' })).toBe('write-not-allowed');
    expect(refusal(exchange(get(1)), { writes: 'skip' })).toBeUndefined();
    expect(() => refusal(post, { writes: 'undecided' })).toThrow(
      expect.objectContaining({
        code: 'REPLAY_WRITES_UNDECIDED',
        exitCode: 2,
        message: 'the traffic holds writes, such as POST /orders',
      }),
    );
  });

  test('the recorded server is refused, for what would be sent', () => {
    const production = { target: `http://${RECORDED_FLOW.server.address}:${RECORDED_FLOW.server.port}` };
    const one = preparer(production, true);
    expect(() => one.check(exchange(get(1)))).toThrow(expect.objectContaining({ code: 'REPLAY_TARGET_IS_RECORDED' }));
    expect(one.check(exchange(get(0), { message: null }))).toBe('incomplete');
    expect(one.check(exchange(`${HEAD}X-Bytecopy-Replay: other\r\n\r\n`))).toBe('marked');
  });

  test('a translated address is told by Host', () => {
    const one = preparer({ target: 'http://shop.example' }, true);
    expect(() => one.check(exchange(get(1)))).toThrow(expect.objectContaining({ code: 'REPLAY_TARGET_IS_RECORDED' }));
  });
});
