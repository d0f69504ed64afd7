/** Live traffic of every shape, through the built command line: what the server saw is what is found, and the ledger adds up. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { describeWith, testWith } from '../support/requirements.ts';

const LARGE_BYTES = 20 * 1024 * 1024;

interface Line {
  readonly operation: string;
  readonly status: number;
  readonly outcome: string;
  readonly reason: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly interim: readonly number[];
  readonly truncated: boolean;
}

describeWith(['build', 'capture', 'libpcap'], 'capture of', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let handle: (incoming: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-shapes-'));
    server = createServer((incoming, response) => handle(incoming, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  /** What is found of the traffic that `talk` makes; the ledger balanced, nothing dropped. */
  async function captured(talk: () => Promise<void>, ...flags: string[]): Promise<Line[]> {
    const store = ['--store', join(folder, 'store')];
    const capture = start([
      'capture',
      '-p',
      String(port),
      '--json',
      ...store,
      ...(flags.length > 0 ? flags : ['-i', 'lo']),
    ]);
    await capture.says('capturing');
    await talk();
    const ended = await capture.interrupt();
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ balanced: true, facts: { 'kernel-dropped-packets': 0 } });
    const found = await run(['find', '', '--json', ...store]);
    expect(found.code, found.stderr).toBe(0);
    return jsonLines<Line>(found.stdout);
  }

  testWith([], 'ten pipelined requests: ten exchanges in their order', async () => {
    handle = (incoming, response) => response.end(`answer to ${incoming.url}`);
    const found = await captured(() => pipelined(port, 10));
    expect(found.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual(
      Array.from({ length: 10 }, (_, n) => `GET /${n} paired`),
    );
  });

  testWith([], 'pipelined requests seen on every interface count once', async () => {
    handle = (incoming, response) => response.end(`answer to ${incoming.url}`);
    expect((await captured(() => pipelined(port, 10), '-i', 'any')).length).toBe(10);
  });

  testWith([], 'HEAD: an answer with a length and no body', async () => {
    handle = (_, response) => response.writeHead(200, { 'content-length': 4_096 }).end();
    const found = await captured(async () => {
      for (let n = 0; n < 3; n++) await exchange(port, 'HEAD');
    });
    expect(found.map(({ operation, status, outcome }) => [operation, status, outcome])).toEqual(
      Array.from({ length: 3 }, () => ['HEAD /', 200, 'paired']),
    );
  });

  testWith([], 'a chunked upload that waits for 100 Continue', async () => {
    handle = (incoming, response) => incoming.resume().on('end', () => response.end('thanks'));
    const found = await captured(() => exchange(port, 'POST', ['some ', 'chunks'], { expect: '100-continue' }));
    expect(found).toMatchObject([{ operation: 'POST /', status: 200, outcome: 'paired', interim: [100] }]);
  });

  testWith([], 'a connection reset in the middle of the answer: kept, with what came', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('the first part');
    };
    const found = await captured(async () => {
      const socket = connect(port, '127.0.0.1');
      const gone = once(socket, 'close');
      socket.write('GET /cut HTTP/1.1\r\nHost: shop\r\n\r\n');
      for (let text = ''; !text.includes('first part'); ) text += String((await once(socket, 'data'))[0]);
      socket.resetAndDestroy();
      await gone;
    });
    expect(found).toMatchObject([{ operation: 'GET /cut', status: 200, reason: 'reset' }]);
  });

  testWith([], 'an answer of 20 MB: cut at the body limit, and said so, with its true length', async () => {
    handle = (_, response) => void response.end(Buffer.alloc(LARGE_BYTES, 'L'));
    const found = await captured(() => exchange(port, 'GET'));
    expect(found).toMatchObject([{ operation: 'GET /', status: 200, outcome: 'paired', truncated: true }]);
    expect(found[0]?.responseBytes).toBeGreaterThan(LARGE_BYTES);
  });
});

/** All requests in one write; resolves when the last answer is there. */
async function pipelined(port: number, count: number): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const requests = Array.from({ length: count }, (_, n) => `GET /${n} HTTP/1.1\r\nHost: shop\r\n\r\n`);
  socket.write(requests.join(''));
  for (let text = ''; !text.includes(`answer to /${count - 1}`); ) text += String((await once(socket, 'data'))[0]);
  socket.end();
  await once(socket, 'close');
}

async function exchange(
  port: number,
  method: string,
  parts: readonly string[] = [],
  headers: Record<string, string> = {},
): Promise<void> {
  const sent = request({ host: '127.0.0.1', port, method, headers });
  const answered = once(sent, 'response');
  if (headers.expect !== undefined) {
    sent.flushHeaders();
    await once(sent, 'continue');
  }
  for (const part of parts) sent.write(part);
  sent.end();
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
}
