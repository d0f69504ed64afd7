import { expect, test } from 'vitest';
import { Ledger, type ReplayResult } from '../../../core/index.ts';
import { Replayer, type ReplayOptions, type ReplayReport } from '../../../emitter/index.ts';
import { recording } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer, reset, type SeenRequest, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { freePort } from '../../support/servers/nginx.ts';

const COUNT = 300;

interface Setting extends Partial<ReplayOptions> {
  /** Verbatim bytes of the n-th request. */
  readonly bytes?: (index: number) => string;
}

interface Outcome {
  readonly report: ReplayReport;
  readonly results: readonly ReplayResult[];
  readonly heads: readonly string[];
  readonly connections: number;
}

/** Replays {@link COUNT} requests at 3,000/s to a server that acts so, and checks what holds whatever it does. */
async function replayTo(act: (request: SeenRequest) => void, setting: Setting = {}): Promise<Outcome> {
  const server = await serve(act);
  try {
    const { report, results } = await replay(server.url, setting);
    return { report, results, heads: server.heads, connections: server.connections() };
  } finally {
    await server.close();
  }
}

async function replay(target: string, { bytes, ...options }: Setting): Promise<Pick<Outcome, 'report' | 'results'>> {
  const ledger = new Ledger();
  const results: ReplayResult[] = [];
  const replayer = new Replayer(
    {
      target,
      runId: 'run-1',
      timing: { kind: 'rate', perSecond: 3_000 },
      maxConnections: 16,
      ...options,
    },
    { clock: SYSTEM_CLOCK, ledger, onResult: (result) => results.push(result) },
  );
  const report = await reportOf(replayer.run(pages(bytes)));
  const failed = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
  const notSent = Object.values(report.notSent).reduce((sum, count) => sum + count, 0);
  expect(report.due).toBe(COUNT);
  expect(report.answered + failed + notSent).toBe(COUNT);
  expect(results).toHaveLength(COUNT);
  expect(new Set(results.map((result) => result.exchange.offset)).size).toBe(COUNT);
  const account = ledger.account('sends', 'answered').report();
  expect(account).toMatchObject({ in: COUNT, held: 0, balanced: true });
  return { report, results };
}

async function* pages(bytes: Setting['bytes']) {
  const all = recording({ count: COUNT, ...(bytes === undefined ? {} : { bytes }) });
  for (let at = 0; at < all.length; at += 64) yield await Promise.resolve(all.slice(at, at + 64));
}

test('a server that answers gets every request once, marked, over few connections', async () => {
  const { report, heads, connections } = await replayTo(({ socket }) => socket.write(answer(200)));
  expect(report.answered).toBe(COUNT);
  expect(heads.map((head) => head.split(' ')[1]).sort()).toEqual(
    Array.from({ length: COUNT }, (_, index) => `/items/${index}`).sort(),
  );
  expect(heads.every((head) => /\r\nx-bytecopy-replay: run-1\r\n/i.test(head))).toBe(true);
  expect(connections).toBeLessThanOrEqual(16);
  expect(report.answers).toEqual({ answered: { 200: COUNT }, recorded: { 200: COUNT }, changed: 0, changes: [] });
  expect(report.connections.opened).toBe(connections);
  expect(report.latency.service.count).toBe(COUNT);
});

test('a server that is not there refuses every send', async () => {
  const { report } = await replay(`http://127.0.0.1:${await freePort()}`, {});
  expect(report.failed).toEqual({ refused: COUNT });
  expect(report.connections.opened).toBe(0);
});

test('a server that resets in the middle of the answer fails each send as reset, and none is sent twice', async () => {
  const { report, heads } = await replayTo(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    // Two turns, so that the half is read before: a RST that comes along with bytes is shown as an end by libuv.
    setImmediate(() => setImmediate(() => reset(socket)));
  });
  expect(report.failed).toEqual({ reset: COUNT });
  expect(heads).toHaveLength(COUNT);
});

test('a server that closes in the middle of the answer fails each send as connection-closed', async () => {
  const { report } = await replayTo(({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
  expect(report.failed).toEqual({ 'connection-closed': COUNT });
});

test('garbage fails each send as protocol-error', async () => {
  const { report } = await replayTo(({ socket }) => socket.write('\u0000\u0001this is no answer\r\n\r\n'));
  expect(report.failed).toEqual({ 'protocol-error': COUNT });
});

test('a server that never answers: what was sent times out, what waited too long is dropped', async () => {
  const { report, heads } = await replayTo(() => {}, { timeoutMs: 150, maxWaitMs: 60 });
  expect(Object.keys(report.failed)).toEqual(['timeout']);
  expect(report.failed.timeout).toBe(heads.length);
  expect(report.notSent.dropped).toBe(COUNT - heads.length);
  expect(report.rate.reached).toBe(false);
});

test('a server that closes after each answer without a word still answers everything where retries are asked for', async () => {
  const { report, heads } = await replayTo(({ socket }) => socket.end(answer(200)), { retry: true });
  expect(report.answered).toBe(COUNT);
  expect(heads).toHaveLength(COUNT + report.connections.retried);
});

test('a server that closes after each answer without a word: few sends meet the close, and none goes twice', async () => {
  const { report, heads } = await replayTo(({ socket }) => socket.end(answer(200)));
  expect(report.answered).toBeGreaterThan(COUNT * 0.8);
  expect(report.notSent).toEqual({});
  expect(report.connections.retried).toBe(0);
  expect(heads.length).toBeLessThanOrEqual(COUNT);
});

test('a request that met a closing connection goes once more only if it is idempotent', async () => {
  const post = (index: number) => `POST /items/${index} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n`;
  const { report, heads } = await replayTo(({ socket }) => socket.end(answer(200)), {
    writes: 'allow',
    retry: true,
    bytes: post,
  });
  expect(report.connections.retried).toBe(0);
  expect(heads).toHaveLength(COUNT);
  expect(report.answered + (report.failed['connection-closed'] ?? 0) + (report.failed.reset ?? 0)).toBe(COUNT);
});

test('a server that says Connection: close gets a connection a request', async () => {
  const { report, connections } = await replayTo(({ socket }) =>
    socket.end(answer(200, 'ok', 'Connection: close\r\n')),
  );
  expect(report.answered).toBe(COUNT);
  expect(report.connections.retried).toBe(0);
  expect(connections).toBeGreaterThanOrEqual(COUNT);
});

test('answers without length that end with the connection are answers', async () => {
  const { report } = await replayTo(({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
  expect(report.answered).toBe(COUNT);
  expect(report.responseBytes).toBe(COUNT * 'HTTP/1.1 200 OK\r\n\r\nuntil the end'.length);
});

test('a server that trickles its answer a byte at a time is understood', async () => {
  const { report } = await replayTo(({ socket }) => {
    const text = answer(200);
    let at = 0;
    const next = (): void => {
      socket.write(text.slice(at, at + 1));
      at++;
      if (at < text.length) setImmediate(next);
    };
    next();
  });
  expect(report.answered).toBe(COUNT);
});

test('interim answers and statuses other than the recorded ones are told', async () => {
  const { report } = await replayTo(({ socket, index }) => {
    socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${answer(index % 2 === 0 ? 200 : 503)}`);
  });
  expect(report.answers).toEqual({
    answered: { 200: COUNT / 2, 503: COUNT / 2 },
    recorded: { 200: COUNT },
    changed: COUNT / 2,
    changes: [{ recorded: '200', answered: '503', count: COUNT / 2 }],
  });
});

test('a name that does not resolve is one clear error before anything is due', async () => {
  const run = replay('http://no-such-host.invalid:80', {});
  await expect(run).rejects.toMatchObject({ code: 'REPLAY_TARGET_UNKNOWN', exitCode: 1 });
});
