/** The sender of HTTP/2 against node's own server, nginx, and servers that behave badly. */
import { once } from 'node:events';
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PreparedRequest, Send, Sender, SendHandler } from '../../../core/index.ts';
import { Http2Sender, type Http2SenderOptions } from '../../../emitter/http2/http2-sender.ts';
import { FREE_ORDER, newSend } from '../../../emitter/plan/send.ts';
import { selfSigned } from '../../support/emitter/certificate.ts';
import { request } from '../../support/emitter/prepared-request.ts';
import { reset } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';
import { SYSTEM_CLOCK } from '../../support/emitter/system-clock.ts';
import { testWith } from '../../support/requirements.ts';
import { freePort, startNginx } from '../../support/servers/nginx.ts';

type Respond = (stream: ServerHttp2Stream, headers: Record<string, unknown>, body: string) => void;

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listening(server: Server | Http2Server | Http2SecureServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Plain HTTP/2 whose sessions end with the test. */
async function http2Server(respond: Respond): Promise<{ port: number; server: Http2Server; sessions: () => number }> {
  const server = createHttp2Server();
  let sessions = 0;
  server.on('session', (session) => {
    sessions++;
    session.on('error', () => {});
    cleanups.push(() => session.destroy());
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    let body = '';
    stream.on('data', (bytes: Buffer) => {
      body += bytes.toString();
    });
    stream.on('end', () => respond(stream, headers, body));
  });
  cleanups.push(() => server.close());
  return { port: await listening(server), server, sessions: () => sessions };
}

/** A TCP server that does the same with each connection. */
function rawServer(act: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    act(socket);
  });
  cleanups.push(() => server.close());
  return listening(server);
}

/** A sender with what stands behind it. */
class Run {
  readonly lane: SmallLane;

  constructor(port: number, options: Partial<Http2SenderOptions> = {}) {
    const settings: Http2SenderOptions = {
      endpoint: { address: '127.0.0.1', port },
      tls: undefined,
      maxConnections: 2,
      timeoutMs: 5_000,
      pipelining: 1,
      keepResponses: true,
      ...options,
    };
    this.lane = new SmallLane((handler) => new Http2Sender(settings, { clock: SYSTEM_CLOCK, handler }));
    cleanups.push(() => this.sender.close());
  }

  get sender(): Sender {
    return this.lane.sender;
  }

  /** @returns the sends in their order, when each has its outcome */
  async of(...requests: readonly PreparedRequest[]): Promise<readonly Send[]> {
    const sends = this.lane.sendAll(requests);
    await this.lane.settled(this.lane.outcomes.length + sends.filter((send) => !this.#isSettled(send)).length);
    return sends;
  }

  outcomeOf(send: Send | undefined): string | undefined {
    return this.lane.outcomes[this.lane.settledSends.indexOf(send as Send)];
  }

  #isSettled(send: Send): boolean {
    return this.lane.settledSends.includes(send);
  }
}

const get = (path: string) => request(`GET ${path} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
const many = (count: number) => Array.from({ length: count }, (_, index) => get(`/${index}`));

describe('a server of HTTP/2', () => {
  test('gets the request in its own words, and its answer is kept as HTTP/1.1 says it', async () => {
    const seen: unknown[] = [];
    const { port } = await http2Server((stream, headers, body) => {
      seen.push({ ...headers, body });
      stream.respond({ ':status': 201, 'x-a': 'b' });
      stream.end('made');
    });
    const run = new Run(port);
    const [send] = await run.of(
      request(
        'POST /items?id=1 HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nX-Bytecopy-Replay: r\r\n' +
          'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      ),
    );
    expect(seen).toEqual([
      expect.objectContaining({
        ':method': 'POST',
        ':path': '/items?id=1',
        ':authority': 'shop.example',
        ':scheme': 'http',
        'x-bytecopy-replay': 'r',
        body: 'abc',
      }),
    ]);
    expect(run.lane.outcomes).toEqual(['201']);
    expect(send).toMatchObject({ status: 201, answer: '201', attempts: 1 });
    expect(send?.responseByteCount).toBe(send?.response?.length);
    expect(Buffer.from(send?.response ?? []).toString()).toMatch(
      /^HTTP\/1\.1 201\r\n(?:.*\r\n)*x-a: b\r\n(?:.*\r\n)*\r\nmade$/,
    );
    expect(run.sender.verbatim).toBe(false);
  });

  test('many streams share a connection; more are opened where it is full, none beyond the bound', async () => {
    const held: ServerHttp2Stream[] = [];
    const { port, sessions } = await http2Server((stream) => {
      held.push(stream);
      if (held.length < 200) return;
      for (const one of held.splice(0)) {
        one.respond({ ':status': 200 });
        one.end();
      }
    });
    const run = new Run(port);
    await run.of(...many(400));
    expect(run.lane.counts()).toEqual({ 200: 400 });
    expect(sessions()).toBe(2);
    expect(run.sender.statistics()).toMatchObject({ open: 2, peak: 2, opened: 2, inFlight: 0, closedByPeer: 0 });
  });

  test('hosts may change from send to send on one connection', async () => {
    const { port, sessions } = await http2Server((stream) => stream.respond({ ':status': 204 }, { endStream: true }));
    const run = new Run(port);
    for (const host of ['a.example', 'b.example', 'a.example']) {
      await run.of(request(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    }
    expect(sessions()).toBe(1);
  });

  test('connections are opened ahead', async () => {
    const { port, sessions } = await http2Server((stream) => stream.respond({ ':status': 204 }, { endStream: true }));
    const run = new Run(port);
    await run.sender.warm(5);
    expect(run.sender.statistics()).toMatchObject({ open: 2, opened: 2 });
    await run.of(...many(10));
    expect(sessions()).toBe(2);
  });

  test('a connection is given up before servers give it up, and every send is answered', async () => {
    const { port, sessions } = await http2Server((stream) => stream.respond({ ':status': 204 }, { endStream: true }));
    const run = new Run(port, { maxConnections: 1 });
    await run.of(...many(2_500));
    expect(run.lane.counts()).toEqual({ 204: 2_500 });
    expect(sessions()).toBe(3);
  });
});

test('a demand is told once, and then sends are fetched as streams end, over all connections that it takes', async () => {
  const { port, sessions } = await http2Server((stream) => stream.respond({ ':status': 204 }, { endStream: true }));
  let left = 2_500;
  let ended = () => {};
  const all = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const answers: string[] = [];
  const count = (outcome: string) => {
    answers.push(outcome);
    if (answers.length === 2_500) ended();
  };
  const handler: SendHandler = {
    answered: (send) => count(send.answer),
    failed: (_, reason) => count(reason),
    next: () => (left-- > 0 ? newSend(get('/'), 0, 0, FREE_ORDER) : undefined),
  };
  const endpoint = { address: '127.0.0.1', port };
  const settings = {
    endpoint,
    tls: undefined,
    maxConnections: 2,
    timeoutMs: 5_000,
    pipelining: 1,
    keepResponses: false,
  };
  const sender = new Http2Sender(settings, { clock: SYSTEM_CLOCK, handler });
  cleanups.push(() => sender.close());
  sender.demand(1);
  await all;
  expect(new Set(answers)).toEqual(new Set(['204']));
  expect(sessions()).toBe(3);
});

describe('what goes wrong', () => {
  test('a handshake that nobody answers ends with the sender', async () => {
    const ends: Promise<unknown>[] = [];
    const port = await rawServer((socket) => ends.push(once(socket.resume(), 'close')));
    const { lane } = new Run(port, { tls: { verify: false, hostName: 'localhost' }, timeoutMs: 60_000 });
    lane.send(request('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    await lane.sender.close();
    await ends[0];
  });

  test('nobody listens', async () => {
    const run = new Run(await freePort());
    const sends = await run.of(...many(250));
    expect(run.lane.counts()).toEqual({ 'failed: refused': 250 });
    expect(sends[0]).toMatchObject({ attempts: 0, sentAt: 0 });
    expect(run.sender.statistics().failedToOpen).toBeGreaterThan(0);
  });

  test('no answer within the limit', async () => {
    const { port } = await http2Server(() => {});
    const run = new Run(port, { timeoutMs: 100 });
    await run.of(...many(3));
    expect(run.lane.counts()).toEqual({ 'failed: timeout': 3 });
  });

  test('an answer that never ends', async () => {
    const { port } = await http2Server((stream) => {
      stream.respond({ ':status': 200 });
      stream.write('x');
    });
    const run = new Run(port, { timeoutMs: 100 });
    await run.of(get('/'));
    expect(run.lane.counts()).toEqual({ 'failed: timeout': 1 });
  });

  test('a stream that is reset, others go on', async () => {
    const { port } = await http2Server((stream, headers) => {
      if (headers[':path'] === '/1') stream.close(2);
      else stream.respond({ ':status': 200 }, { endStream: true });
    });
    const run = new Run(port);
    const sends = await run.of(...many(3));
    expect(sends.map((send) => run.outcomeOf(send))).toEqual(['200', 'failed: reset', '200']);
  });

  test('the connection ends under requests: each fails once, none is sent again', async () => {
    const paths: unknown[] = [];
    const { port } = await http2Server((stream, headers) => {
      paths.push(headers[':path']);
      if (paths.length === 20) stream.session?.destroy();
    });
    const run = new Run(port, { timeoutMs: 2_000 });
    await run.of(...many(20));
    expect(run.lane.outcomes.every((one) => /^failed: (?:connection-closed|reset)$/.test(one))).toBe(true);
    expect(new Set(paths).size).toBe(paths.length);
    await expect.poll(() => run.sender.statistics().closedByPeer).toBe(1);
  });

  test('the server says goodbye under requests: none is sent twice', async () => {
    const paths: unknown[] = [];
    const { port } = await http2Server((stream, headers) => {
      paths.push(headers[':path']);
      if (paths.length === 20) stream.session?.goaway(0);
    });
    const run = new Run(port, { timeoutMs: 500 });
    await run.of(...many(20));
    expect(run.lane.outcomes.every((one) => one.startsWith('failed: '))).toBe(true);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test.each([
    ['bytes that are no HTTP/2', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an end at once', (socket: Socket) => socket.end()],
    ['a reset', (socket: Socket) => reset(socket)],
  ])('%s', async (_, act) => {
    const run = new Run(await rawServer(act), { timeoutMs: 2_000 });
    await run.of(...many(5));
    expect(run.lane.outcomes.every((one) => /^failed: (?!timeout)/.test(one))).toBe(true);
  });

  test('what HTTP/2 cannot say fails, and nothing of it is sent', async () => {
    const { port, sessions } = await http2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
    const run = new Run(port);
    const sends = await run.of(
      request('OPTIONS * HTTP/1.1\r\n\r\n'),
      request('', { protocol: 'thrift' }),
      request('GET / HTTP/1.1\r\nX: a\x01b\r\n\r\n'),
    );
    expect(run.lane.counts()).toEqual({ 'failed: protocol-error': 3 });
    expect(sends.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    expect(sessions()).toBeLessThanOrEqual(1);
  });
});

testWith(['nginx'], 'nginx ends a connection at its 1,000th request: no send notices', async () => {
  const port = await freePort();
  const nginx = await startNginx({ server: `listen 127.0.0.1:${port} http2; keepalive_requests 1000;` });
  cleanups.push(() => nginx.stop());
  const run = new Run(port, { maxConnections: 1, keepResponses: false });
  await run.of(...many(3_000));
  expect(run.lane.counts()).toEqual({ 200: 3_000 });
  expect(await nginx.lines()).toHaveLength(3_000);
});

describe('over TLS', () => {
  const secure = async () => {
    const certificate = selfSigned('DNS:shop.example');
    const server = createSecureServer({ ...certificate });
    let asked: unknown;
    server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => {
      asked = socket.servername;
      socket.on('error', () => {});
      cleanups.push(() => socket.destroy());
    });
    server.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200 }, { endStream: true });
    });
    cleanups.push(() => server.close());
    return { port: await listening(server), ca: certificate.cert, asked: () => asked };
  };

  testWith(['openssl'], 'the server is asked for by its name, which its certificate has to bear', async () => {
    const { port, ca, asked } = await secure();
    const run = new Run(port, { tls: { ca, verify: true, hostName: 'shop.example' } });
    await run.of(...many(3));
    expect(run.lane.counts()).toEqual({ 200: 3 });
    expect(asked()).toBe('shop.example');
  });

  testWith(['openssl'], 'another name, or an authority that is not trusted: nothing is sent', async () => {
    const { port, ca } = await secure();
    const otherName = new Run(port, { tls: { ca, verify: true, hostName: 'other.example' } });
    const [send] = await otherName.of(...many(3));
    expect(otherName.lane.counts()).toEqual({ 'failed: tls': 3 });
    expect(send?.attempts).toBe(0);
    const untrusted = new Run(port, { tls: { verify: true, hostName: 'shop.example' } });
    await untrusted.of(...many(3));
    expect(untrusted.lane.counts()).toEqual({ 'failed: tls': 3 });
    const unverified = new Run(port, { tls: { verify: false, hostName: 'other.example' } });
    await unverified.of(...many(3));
    expect(unverified.lane.counts()).toEqual({ 200: 3 });
  });

  testWith(['openssl'], 'a server that only speaks HTTP/1.1 gets nothing', async () => {
    const certificate = selfSigned('DNS:shop.example');
    const server = createTlsServer({ ...certificate, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => {});
      cleanups.push(() => socket.destroy());
    });
    cleanups.push(() => server.close());
    const tls = { ca: certificate.cert, verify: true, hostName: 'shop.example' };
    const run = new Run(await listening(server), { tls });
    const [send] = await run.of(...many(3));
    expect(run.lane.counts()).toEqual({ 'failed: protocol-error': 3 });
    expect(send?.attempts).toBe(0);
  });

  testWith(['openssl'], 'a server without TLS', async () => {
    const { port } = await http2Server((stream) => stream.respond({ ':status': 200 }, { endStream: true }));
    const run = new Run(port, { tls: { verify: false, hostName: 'shop.example' }, timeoutMs: 1_000 });
    await run.of(...many(3));
    expect(run.lane.outcomes.every((one) => /^failed: (?:tls|reset|connection-closed)$/.test(one))).toBe(true);
  });
});
