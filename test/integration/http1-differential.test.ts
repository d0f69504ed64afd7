/**
 * Our parser beside node:http's on the same bytes: seeded traffic over real loopback sockets, raw requests read by a
 * node:http server and raw answers by a node:http client; then the same bytes, in any cut, through our parser.
 */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Exchange, type Message, messageBytes } from '../../core/index.ts';
import { conversation, textOf } from '../support/conversation.ts';
import { seededRandom } from '../support/packets/index.ts';

const FLOWS = 60;
const SEED = 20_261_121;

type Random = () => number;

/** What both parsers must agree on about one message. */
interface Seen {
  readonly start: string;
  readonly fieldCount: number;
  readonly body: string;
}

interface Sent {
  readonly verb: string;
  readonly bytes: string;
}

function choose<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

const BODY_WORDS = [
  'word ',
  'HTTP/1.1 200 OK\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  '\r\n',
  '0\r\n\r\n',
  '\0\xff',
  'x'.repeat(700),
];

function randomBody(random: Random): string {
  return Array.from({ length: Math.floor(random() * 6) }, () => choose(random, BODY_WORDS)).join('');
}

function chunked(random: Random, body: string): string {
  let framed = '';
  for (let at = 0; at < body.length; ) {
    const size = 1 + Math.floor(random() * Math.min(900, body.length - at));
    const extension = choose(random, ['', '', ';a', ';a=b', ';a="b c";d']);
    const digits = choose(random, [size.toString(16), size.toString(16).toUpperCase(), `00${size.toString(16)}`]);
    framed += `${digits}${extension}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${framed}0\r\n${choose(random, ['', '', 'X-Trailer: t\r\n', 'A: 1\r\nB: 2\r\n'])}\r\n`;
}

const FIELDS = [
  'Accept: */*',
  'X-Empty:',
  'x-lower:  padded \t',
  'X-Long: '.padEnd(600, 'y'),
  'Cookie: a=b; c=d',
  'Via: 1.1 a',
];

function randomFields(random: Random): string {
  return FIELDS.filter(() => random() < 0.4)
    .map((field) => `${field}\r\n`)
    .join('');
}

function randomRequest(random: Random, number: number): Sent {
  const verb = choose(random, ['GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'PROPFIND']);
  const target = choose(random, [`/n${number}`, `/n${number}?q=%20&r=1`, `http://a/n${number}`, `/n${number};v=1/x`]);
  const line = `${verb} ${target} HTTP/1.1\r\nHost: a\r\n${randomFields(random)}`;
  const body = verb === 'GET' || verb === 'HEAD' ? '' : randomBody(random);
  if (body === '') return { verb, bytes: `${line}\r\n` };
  const head = `${line}${random() < 0.2 ? 'Expect: 100-continue\r\n' : ''}`;
  if (random() < 0.5) return { verb, bytes: `${head}Content-Length: ${body.length}\r\n\r\n${body}` };
  return { verb, bytes: `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(random, body)}` };
}

/** @param last the answer may end with the flow */
function randomAnswer(random: Random, verb: string, last: boolean): string {
  const interim = random() < 0.15 ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' : '';
  const status = choose(random, ['200 OK', '200 ', '404 Not Found', '500 Oh No', '204 No Content', '304 Not Modified']);
  const head = `${interim}HTTP/1.1 ${status}\r\n${randomFields(random)}`;
  const body = randomBody(random);
  const isBodyless = verb === 'HEAD' || status.startsWith('204') || status.startsWith('304');
  if (status.startsWith('204')) return `${head}\r\n`;
  if (last && random() < 0.4) return `${head}Connection: close\r\n\r\n${isBodyless ? '' : body}`;
  if (random() < 0.5) return `${head}Content-Length: ${body.length}\r\n\r\n${isBodyless ? '' : body}`;
  return `${head}Transfer-Encoding: chunked\r\n\r\n${isBodyless ? '' : chunked(random, body)}`;
}

async function bodyOf(message: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('latin1');
}

async function writeInPieces(random: Random, socket: Socket, text: string): Promise<void> {
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() * 2000);
    socket.write(Buffer.from(text.slice(at, at + size), 'latin1'));
    at += size;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function portOf(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What a node:http server makes of the requests, and what it answered. */
async function readByServer(random: Random, requests: readonly Sent[]): Promise<{ seen: Seen[]; answered: string }> {
  const seen: Seen[] = [];
  const server = http.createServer(async (request, response) => {
    const start = `${request.method} ${request.url}`;
    const number = seen.push({ start, fieldCount: request.rawHeaders.length / 2, body: '' }) - 1;
    seen[number] = { ...(seen[number] as Seen), body: await bodyOf(request) };
    if (number === requests.length - 1) response.setHeader('Connection', 'close');
    response.end('ok');
  });
  const socket = net.connect(await portOf(server), '127.0.0.1');
  let answered = '';
  socket.on('data', (bytes) => {
    answered += bytes.toString('latin1');
  });
  const ended = once(socket, 'close');
  await writeInPieces(random, socket, requests.map(({ bytes }) => bytes).join(''));
  await ended;
  server.close();
  return { seen, answered };
}

/** What a node:http client, asking one by one on one connection, makes of the answers, and what it asked. */
async function readByClient(
  random: Random,
  verbs: readonly string[],
  answers: readonly string[],
): Promise<{ seen: Seen[]; asked: string }> {
  let asked = '';
  let next = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', async (bytes) => {
      asked += bytes.toString('latin1');
      const number = next++;
      await writeInPieces(random, socket, answers[number] ?? '');
      if (number === answers.length - 1) socket.end();
    });
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const port = await portOf(server);
  const seen: Seen[] = [];
  for (const [number, method] of verbs.entries()) {
    const headers = { 'Content-Length': 0 };
    const request = http.request({ port, host: '127.0.0.1', agent, method, path: `/n${number}`, headers });
    request.end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const body = await bodyOf(response);
    seen.push({ start: `${response.statusCode}`, fieldCount: response.rawHeaders.length / 2, body });
  }
  agent.destroy();
  server.close();
  return { seen, asked };
}

/** Our message in the same words: its body without chunk framing. */
function seenOf(message: Message | undefined, start: string): Seen {
  const bytes = Buffer.from(messageBytes(message as Message));
  const head = bytes.subarray(0, message?.headByteCount).toString('latin1');
  const body = bytes.subarray(message?.headByteCount).toString('latin1');
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head) && body !== '';
  return { start, fieldCount: head.split('\r\n').length - 3, body: isChunked ? withoutChunks(body) : body };
}

function withoutChunks(framed: string): string {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = framed.indexOf('\r\n', at);
    const size = Number.parseInt(framed.slice(at, lineEnd), 16);
    if (!(size > 0)) return body;
    body += framed.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}

function readByUs(random: Random, asked: string, answered: string): readonly Exchange[] {
  const c = conversation();
  for (const [direction, text] of [[0, asked] as const, [1, answered] as const]) {
    for (let at = 0; at < text.length; ) {
      const size = 1 + Math.floor(random() * choose(random, [3, 50, 2000]));
      c.say(direction, text.slice(at, at + size));
      at += size;
    }
  }
  return c.close(1).close(0).end().exchanges;
}

test(`requests are those that a node:http server reads (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  for (let flow = 0; flow < FLOWS; flow++) {
    const requests = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, number) => randomRequest(random, number));
    const { seen, answered } = await readByServer(random, requests);
    const ours = readByUs(random, requests.map(({ bytes }) => bytes).join(''), answered);
    expect(ours.map(({ request }) => seenOf(request, textOf(request).split(' ', 2).join(' ')))).toEqual(seen);
    expect(ours.map(({ outcome, status, reason }) => [outcome, status, reason])).toEqual(
      requests.map(() => ['paired', 200, '']),
    );
  }
}, 60_000);

test(`answers are those that a node:http client reads (seed ${SEED + 1})`, async () => {
  const random = seededRandom(SEED + 1);
  for (let flow = 0; flow < FLOWS; flow++) {
    const verbs = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
      choose(random, ['GET', 'GET', 'POST', 'HEAD']),
    );
    const answers = verbs.map((verb, number) => randomAnswer(random, verb, number === verbs.length - 1));
    const { seen, asked } = await readByClient(random, verbs, answers);
    const ours = readByUs(random, asked, answers.join(''));
    expect(ours.map(({ response, status }) => seenOf(response, `${status}`))).toEqual(seen);
    expect(ours.map(({ outcome, verb, reason }) => [outcome, verb, reason])).toEqual(
      verbs.map((verb) => ['paired', verb, '']),
    );
  }
}, 60_000);
