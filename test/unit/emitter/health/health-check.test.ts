import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { setUpTls } from '../../../../emitter/connection/open-socket.ts';
import { HealthCheck } from '../../../../emitter/health/health-check.ts';
import { type HealthProbeOptions, probeHealth } from '../../../../emitter/health/health-probe.ts';
import type { StopCause } from '../../../../emitter/results/report.ts';
import { selfSigned } from '../../../support/emitter/certificate.ts';
import { answer, reset, type ScriptServer, type SeenRequest, serve } from '../../../support/emitter/script-server.ts';
import { testWith } from '../../../support/requirements.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** What the target says each time it is asked; the last of them from then on. */
async function target(...answers: readonly string[]): Promise<ScriptServer> {
  return opened(
    await serve(({ socket, index }: SeenRequest) => {
      const answer = answers[Math.min(index, answers.length - 1)] ?? '';
      if (answer === 'reset') reset(socket);
      else if (answer !== '') socket.write(`HTTP/1.1 ${answer}\r\nContent-Length: 2\r\n\r\nok`);
    }),
  );
}

function opened<Server extends { close(): Promise<unknown> }>(server: Server): Server {
  open.push(server);
  return server;
}

/** A port of loopback that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function options(port: number, changes: Partial<HealthProbeOptions> = {}): HealthProbeOptions {
  const endpoint = { address: '127.0.0.1', port };
  return {
    endpoint,
    health: '/healthz?deep=1',
    authority: 'shop.example',
    runId: 'run-7',
    tls: undefined,
    timeoutMs: 5_000,
    ...changes,
  };
}

function probed(asked: HealthProbeOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    probeHealth(asked, resolve);
  });
}

/** Asks again at once, until the check has its cause. */
function failing(asked: HealthProbeOptions): Promise<StopCause> {
  return new Promise((resolve) => {
    const check = new HealthCheck({ ...asked, intervalMs: 0 }, { onFailing: resolve });
    open.push({ close: async () => check.stop() });
    check.start();
    check.start();
  });
}

test('the question names the target, carries the marker, and comes on a connection of its own', async () => {
  const { port, heads } = await target('204 No Content');
  expect(await probed(options(port))).toBeUndefined();
  expect(heads).toEqual([
    expect.stringMatching(
      /^GET \/healthz\?deep=1 HTTP\/1\.1\r\nhost: shop\.example\r\nx-bytecopy-replay: run-7\r\nConnection: close\r\n\r\n$/,
    ),
  ]);
});

test.each([
  ['200 OK', undefined],
  ['302 Found', undefined],
  ['404 Not Found', '404'],
  ['503 Service Unavailable', '503'],
  ['reset', 'ECONNRESET'],
])('an answer of %s', async (answer, trouble) => {
  const { port } = await target(answer);
  expect(await probed(options(port))).toBe(trouble);
});

test('a target that refuses, or answers never, is not well', async () => {
  const { port } = await target('');
  expect(await probed(options(port, { timeoutMs: 20 }))).toBe('no answer within 20 ms');
  expect(await probed(options(await freePort()))).toBe('ECONNREFUSED');
});

test('a connection alone is enough where that is asked for', async () => {
  const { port, heads } = await target('');
  expect(await probed(options(port, { health: 'tcp' }))).toBeUndefined();
  expect(await probed(options(await freePort(), { health: 'tcp' }))).toBe('ECONNREFUSED');
  expect(heads).toEqual([]);
});

test('over TLS a target that speaks none is not well', async () => {
  const tls = setUpTls({ verify: true }, 'shop.example');
  const server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened({ close: async () => server.close() });
  const { port } = server.address() as AddressInfo;
  expect(await probed(options(port, { tls }))).toMatch(/^ERR_SSL|^EPROTO|^ECONNRESET/);
  expect(await probed(options(port, { tls, health: 'tcp' }))).toMatch(/^ERR_SSL|^EPROTO|^ECONNRESET/);
});

testWith(['openssl'], 'over TLS the name is verified as for the sends', async () => {
  const certificate = selfSigned('DNS:shop.example');
  const { port, heads } = opened(await serve(({ socket }) => socket.write(answer(200)), certificate));
  const trusting = (name: string) => setUpTls({ verify: true, ca: certificate.cert }, name);
  expect(await probed(options(port, { tls: trusting('shop.example') }))).toBeUndefined();
  expect(await probed(options(port, { tls: trusting('shop.example'), health: 'tcp' }))).toBeUndefined();
  expect(await probed(options(port, { tls: trusting('other.example') }))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await probed(options(port, { tls: setUpTls({ verify: false }, 'other.example') }))).toBeUndefined();
  expect(await probed(options(port, { tls: setUpTls({ verify: true }, 'shop.example') }))).toBe(
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  );
  expect(heads).toHaveLength(2);
});

test('three failures in a row end the run, and an answer between them begins anew', async () => {
  const server = await target('500 Oops', '500 Oops', '200 OK', '500 Oops', '500 Oops', '503 Away');
  expect(await failing(options(server.port, { health: '/up' }))).toEqual({
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
  const check = new HealthCheck({ ...options(server.port), intervalMs: 0 }, { onFailing: (cause) => told.push(cause) });
  check.start();
  await asked;
  check.start();
  expect(told).toEqual([]);
  expect(server.heads).toHaveLength(1);
});
