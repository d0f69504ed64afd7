import { afterEach, expect, test } from 'vitest';
import { HealthCheck, type HealthCheckOptions } from '../../../../emitter/health/health-check.ts';
import type { StopCause } from '../../../../emitter/results/report.ts';
import { type ScriptServer, type SeenRequest, serve } from '../../../support/emitter/script-server.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** What the target says each time it is asked; the last of them from then on. */
async function target(...answers: readonly string[]): Promise<ScriptServer> {
  return opened(
    await serve(({ socket, index }: SeenRequest) => {
      const answer = answers[Math.min(index, answers.length - 1)] ?? '';
      socket.write(`HTTP/1.1 ${answer}\r\nContent-Length: 2\r\n\r\nok`);
    }),
  );
}

function opened<Server extends { close(): Promise<unknown> }>(server: Server): Server {
  open.push(server);
  return server;
}

function options(port: number): HealthCheckOptions {
  const endpoint = { address: '127.0.0.1', port };
  return { endpoint, health: '/up', authority: 'shop.example', runId: 'run-7', tls: undefined, intervalMs: 0 };
}

/** Asks again at once, until the check has its cause. */
function failing(asked: HealthCheckOptions): Promise<StopCause> {
  return new Promise((resolve) => {
    const check = new HealthCheck(asked, { onFailing: resolve });
    open.push({ close: async () => check.stop() });
    check.start();
    check.start();
  });
}

test('three failures in a row end the run, and an answer between them begins anew', async () => {
  const server = await target('500 Oops', '500 Oops', '200 OK', '500 Oops', '500 Oops', '503 Away');
  expect(await failing(options(server.port))).toEqual({
    rule: 'health',
    text: 'the target is not well: GET /up ended 3 times in a row with 503',
  });
  expect(server.heads).toHaveLength(6);
});

test('a check that is stopped asks and tells nothing more', async () => {
  const told: StopCause[] = [];
  let seen = (): void => {};
  const asked = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const server = opened(
    await serve(() => {
      check.stop();
      seen();
    }),
  );
  const check = new HealthCheck(options(server.port), { onFailing: (cause) => told.push(cause) });
  check.start();
  await asked;
  check.start();
  expect(told).toEqual([]);
  expect(server.heads).toHaveLength(1);
});

test('a connection alone is asked for by its word', async () => {
  const { port, close } = await target('');
  await close();
  expect((await failing({ ...options(port), health: 'tcp' })).text).toBe(
    'the target is not well: a connection ended 3 times in a row with ECONNREFUSED',
  );
});
