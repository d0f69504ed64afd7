import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { setUpTls } from '../../../../emitter/connection/open-socket.ts';
import { OwnEndpoints } from '../../../../emitter/connection/own-endpoints.ts';
import { type HealthProbeOptions, probeHealth } from '../../../../emitter/health/health-probe.ts';
import { selfSigned } from '../../../support/emitter/certificate.ts';
import {
  answer,
  reset,
  type ScriptServer,
  type SeenRequest,
  serve,
  serveRaw,
} from '../../../support/emitter/script-server.ts';
import { testWith } from '../../../support/requirements.ts';
import { freePort } from '../../../support/servers/nginx.ts';
import { startEchoServer } from '../../../support/thrift/echo-server.ts';

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

const PATH = { kind: 'http', path: '/healthz?deep=1' } as const;
const TCP = { kind: 'tcp' } as const;
const PING = { kind: 'thrift', function: 'ping', transport: 'framed', protocol: 'binary' } as const;

function options(port: number, changes: Partial<HealthProbeOptions> = {}): HealthProbeOptions {
  const endpoint = { address: '127.0.0.1', port };
  const target = { endpoint, authority: 'shop.example', runId: 'run-7', tls: undefined };
  return { ...target, check: PATH, timeoutMs: 5_000, ...changes };
}

function probed(asked: HealthProbeOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    probeHealth(asked, resolve);
  });
}

const REPLY = '00000011' + '80010002' + '00000004' + '70696e67' + '00000001' + '00';

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
  expect(await probed(options(port, { check: TCP }))).toBeUndefined();
  expect(await probed(options(await freePort(), { check: TCP }))).toBe('ECONNREFUSED');
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
  expect(await probed(options(port, { tls, check: TCP }))).toMatch(/^ERR_SSL|^EPROTO|^ECONNRESET/);
});

testWith(['openssl'], 'over TLS the name is verified as for the sends', async () => {
  const certificate = selfSigned('DNS:shop.example');
  const { port, heads } = opened(await serve(({ socket }) => socket.write(answer(200)), certificate));
  const trusting = (name: string) => setUpTls({ verify: true, ca: certificate.cert }, name);
  expect(await probed(options(port, { tls: trusting('shop.example') }))).toBeUndefined();
  expect(await probed(options(port, { tls: trusting('shop.example'), check: TCP }))).toBeUndefined();
  expect(await probed(options(port, { tls: trusting('other.example') }))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await probed(options(port, { tls: setUpTls({ verify: false }, 'other.example') }))).toBeUndefined();
  expect(await probed(options(port, { tls: setUpTls({ verify: true }, 'shop.example') }))).toBe(
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  );
  expect(heads).toHaveLength(2);
});

test('another host is asked for where the check says so', async () => {
  const { port, heads } = await target('200 OK');
  await probed(options(port, { check: { ...PATH, host: 'health.example' } }));
  expect(heads[0]).toContain('host: health.example\r\n');
});

test('a target that closes without a word, or says no HTTP, is not well', async () => {
  const closing = opened(await serveRaw((socket) => socket.end()));
  expect(await probed(options(closing.port))).toMatch(/closed|ECONNRESET/);
  const other = opened(await serveRaw((socket) => socket.end('220 mail.example\r\n')));
  expect(await probed(options(other.port))).toMatch(/^HPE_/);
});

test.each([
  ['framed', 'binary'],
  ['framed', 'compact'],
  ['unframed', 'binary'],
  ['unframed', 'compact'],
] as const)('an exception proves that a Thrift server lives, %s %s', async (transport, protocol) => {
  const { port } = opened(await startEchoServer(transport, protocol));
  expect(await probed(options(port, { check: { ...PING, transport, protocol } }))).toBeUndefined();
});

test('a Thrift ping is one whole frame, and a reply proves life too', async () => {
  const asked: string[] = [];
  const act = (socket: Socket, bytes: Buffer): void => {
    asked.push(bytes.toString('hex'));
    socket.write(Buffer.from(REPLY, 'hex'));
  };
  const server = opened(await serveRaw((socket) => socket.on('data', (bytes: Buffer) => act(socket, bytes))));
  expect(await probed(options(server.port, { check: PING }))).toBeUndefined();
  expect(asked).toEqual(['00000011' + '80010001' + '00000004' + '70696e67' + '00000001' + '00']);
});

test('what answers a Thrift ping with something else, or closes, is not well', async () => {
  const web = opened(await serveRaw((socket) => socket.on('data', () => socket.end(answer(200)))));
  expect(await probed(options(web.port, { check: PING }))).toBe('not-thrift');
  const closing = opened(await serveRaw((socket) => socket.on('data', () => socket.end())));
  expect(await probed(options(closing.port, { check: PING }))).toBe('closed-before-response');
});

test('the connection of a check is known as an own one', async () => {
  const own = new OwnEndpoints();
  let seen = false;
  const act = (socket: Socket): void => {
    seen = own.has({ address: '127.0.0.1', port: socket.remotePort ?? 0 });
    socket.end(Buffer.from(REPLY, 'hex'));
  };
  const server = opened(await serveRaw((socket) => socket.on('data', () => act(socket))));
  await probed(options(server.port, { check: PING, ownEndpoints: own }));
  expect(seen).toBe(true);
});

test('time for which this process was held up is not held against the target', async () => {
  const { port } = await target('200 OK');
  const outcome = probed(options(port, { timeoutMs: 100 }));
  for (const until = performance.now() + 300; performance.now() < until; );
  expect(await outcome).toBeUndefined();
});

test('a check that is given up tells nothing, and leaves no connection', async () => {
  const told: unknown[] = [];
  let gone = (): void => {};
  const closed = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const server = opened(
    await serve(({ socket }) => {
      socket.once('close', gone);
      giveUp();
    }),
  );
  const giveUp = probeHealth(options(server.port), (trouble) => told.push(trouble));
  await closed;
  expect(told).toEqual([]);
});
