import { expect, test } from 'vitest';
import { openRequestCheck, type ReplayOptions } from '../../../emitter/index.ts';
import { exchange, get } from '../../support/emitter/recording.ts';

const POST = 'POST /cart HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n';

/** Nothing listens there: a check connects to nothing. */
function options(changes: Partial<ReplayOptions> = {}): ReplayOptions {
  return { target: 'http://127.0.0.1:9', runId: 'r', ...changes };
}

test('writes are told as such, whatever was said about them', async () => {
  for (const writes of ['undecided', 'allow', 'skip'] as const) {
    const { check } = await openRequestCheck(options({ writes }));
    expect(check(exchange(POST))).toBe('write-not-allowed');
    expect(check(exchange(get(1)))).toBeUndefined();
  }
});

test('what else is in the way goes before the write', async () => {
  const { check } = await openRequestCheck(options());
  expect(check(exchange(POST, { message: { complete: false } }))).toBe('incomplete');
  expect(check(exchange(POST, { message: null }))).toBe('incomplete');
});

test('the key of sessions is as asked; free order has none', async () => {
  expect((await openRequestCheck(options())).sessionOf).toBeUndefined();
  const { sessionOf } = await openRequestCheck(options({ session: 'client' }));
  expect(sessionOf?.(exchange(get(1)))).toBe('192.0.2.7');
});

test('a run that would be refused is refused', async () => {
  const refused = (code: string) => expect.objectContaining({ code, exitCode: 2 });
  await expect(openRequestCheck(options({ session: 'user' }))).rejects.toThrow(refused('REPLAY_OPTIONS_INVALID'));
  await expect(openRequestCheck(options({ target: 'ftp://a' }))).rejects.toThrow(refused('REPLAY_TARGET_INVALID'));
  const elsewhere = options({ allowedTargets: ['10.0.0.0/8'] });
  await expect(openRequestCheck(elsewhere)).rejects.toThrow(refused('REPLAY_TARGET_NOT_ALLOWED'));
  const { check } = await openRequestCheck(options({ target: 'http://192.0.2.80:8080' }));
  expect(() => check(exchange(get(1)))).toThrow(refused('REPLAY_TARGET_IS_RECORDED'));
});

test('a recorded target that may be hit is none to refuse', async () => {
  const { check } = await openRequestCheck(options({ target: 'http://192.0.2.80:8080', allowTarget: true }));
  expect(check(exchange(get(1)))).toBeUndefined();
});

test('of several targets each is judged: the list of allowed ones, and whether it is the recorded server', async () => {
  const pool = (...to: string[]) => ({ pools: [{ name: 'all', targets: to.map((one) => ({ to: one })) }] });
  const options = { target: 'several', runId: 'run', writes: 'allow' as const };
  const targets = pool('http://192.0.2.9:80', 'http://192.0.2.10:80');
  await expect(openRequestCheck({ ...options, targets, allowedTargets: ['192.0.2.9'] })).rejects.toMatchObject({
    code: 'REPLAY_TARGET_NOT_ALLOWED',
  });
  const recorded = exchange(get(0));
  const { address, port } = recorded.flow.server;
  const { check } = await openRequestCheck({
    ...options,
    targets: pool('http://192.0.2.9:80', `http://${address}:${port}`),
  });
  expect(() => check(recorded)).toThrow(/recorded from/);
});
