/** Sessions against a target that fails in every way: what comes next goes behind the outcome of what went before it. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Ledger, type ReplayResult } from '../../../core/index.ts';
import { Replayer, type ReplayOptions } from '../../../emitter/index.ts';
import { exchange, RECORDED_AT } from '../../support/emitter/recording.ts';
import { reportOf } from '../../support/emitter/report-of.ts';
import { answer, reset, serve } from '../../support/emitter/script-server.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { seededRandom } from '../../support/packets/index.ts';

const USERS = 30;
const STEPS = 12;

const WAYS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.write(answer(200)),
  (socket) => socket.write(answer(503)),
  (socket) => void setTimeout(() => socket.write(answer(200)), 10),
  (socket) => socket.end(answer(200)),
  (socket) => socket.write('no answer at all\r\n\r\n'),
  (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
  (socket) => reset(socket),
  () => {},
];

async function* recorded() {
  const all = Array.from({ length: USERS * STEPS }, (_, index) => {
    const [user, step] = [index % USERS, Math.floor(index / USERS)];
    const bytes = `GET /${user}/${step} HTTP/1.1\r\nHost: shop.example\r\nX-User: ${user}\r\n\r\n`;
    return exchange(bytes, { at: RECORDED_AT + index * 500, index });
  });
  for (let at = 0; at < all.length; at += 50) yield await Promise.resolve(all.slice(at, at + 50));
}

const CASES: readonly (readonly [string, Partial<ReplayOptions>])[] = [
  ['as recorded', {}],
  ['as fast as possible', { timing: { kind: 'max' } }],
  ['twice each, over few connections', { times: 2, maxConnections: 5 }],
  ['where late sends are dropped', { lateness: { kind: 'drop', afterMs: 20 } }],
  ['sent again where that is allowed', { retry: true }],
];

test.each(CASES)('%s', async (_, options) => {
  const random = seededRandom(11);
  /** Requests that came before the one of the step before had an outcome. */
  const cameEarly: string[] = [];
  /** How many outcomes each request has. */
  const over = new Map<string, number>();
  const server = await serve(({ head, socket }) => {
    const path = head.split(' ')[1] as string;
    const [, user, step] = path.split('/');
    if (step !== '0' && !over.has(`/${user}/${Number(step) - 1}`)) cameEarly.push(path);
    (WAYS[Math.floor(random() * WAYS.length)] as (socket: Socket) => void)(socket);
  });
  const ledger = new Ledger();
  const results: ReplayResult[] = [];
  try {
    const replayer = new Replayer(
      { target: server.url, runId: 'run-1', session: 'header:X-User', timeoutMs: 100, ...options },
      {
        clock: SYSTEM_CLOCK,
        ledger,
        onResult: (result) => {
          const path = result.operation.slice('GET '.length);
          over.set(path, (over.get(path) ?? 0) + 1);
          results.push(result);
        },
      },
    );
    const report = await reportOf(replayer.run(recorded()));
    const due = USERS * STEPS * (options.times ?? 1);
    expect(cameEarly).toEqual([]);
    expect(report).toMatchObject({ due, balanced: true });
    expect(results).toHaveLength(due);
    expect(new Set(results.map(({ exchange: { offset }, copy }) => `${offset} ${copy}`)).size).toBe(due);
    expect(ledger.report().balanced).toBe(true);
    const lastStep = new Map<string, number>();
    for (const { operation, copy } of results) {
      const [, user, step] = operation.split('/');
      const session = `${user} ${copy}`;
      expect(Number(step), session).toBe((lastStep.get(session) ?? -1) + 1);
      lastStep.set(session, Number(step));
    }
    if (options.lateness === undefined) expect(report.notSent).toEqual({});
  } finally {
    await server.close();
  }
});
