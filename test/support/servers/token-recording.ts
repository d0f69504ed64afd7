/**
 * Real talks with the token service, as a capture has them: each session logs in, then sends five requests that say what
 * it was given, on a connection of its own.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Exchange, Flow } from '../../../core/index.ts';
import { ResponseFramer } from '../../../parser/index.ts';
import { conversation as parsed } from '../conversation.ts';
import { conversation as packets, pcapOf } from '../packets/index.ts';
import { GIVEN_BY, type GivenBy } from './token-service.ts';

export interface RecordedTalk {
  readonly user: string;
  readonly turns: readonly { readonly request: string; readonly answer: Buffer }[];
}

/** Requests a session: the login and what follows it. */
export const TALK_REQUESTS = 6;

/** Talks that go on at the same time. */
const CONCURRENCY = 16;
const STARTED_AT = 1_795_255_200_000_000;
const TALK_MICROS = 50_000;

export async function recordTalks(port: number, count: number): Promise<RecordedTalk[]> {
  const talks: RecordedTalk[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      talks[index] = await talk(port, `user-${index}`, GIVEN_BY[index % GIVEN_BY.length] as GivenBy);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return talks;
}

/** What the parser makes of the talks: exchanges in order of time, a flow a talk, all talks under way together. */
export function exchangesOf(talks: readonly RecordedTalk[]): Exchange[] {
  const exchanges = talks.flatMap(({ turns }, index) => {
    const said = parsed({}, flowOf(index));
    for (const { request, answer } of turns)
      said
        .skipTime(TALK_MICROS / 1000)
        .client(request)
        .server(answer);
    return said.end().exchanges;
  });
  return exchanges.sort((one, other) => one.id.at - other.id.at);
}

/** The talks as a capture file. */
export function pcapOfTalks(talks: readonly RecordedTalk[]): Uint8Array {
  const segments = talks.flatMap(({ turns }, index) => {
    const { client, server } = flowOf(index);
    const said = packets({
      client: `${client.address}:${client.port}`,
      server: `${server.address}:${server.port}`,
      startAt: STARTED_AT + index,
      // Flows of equal numbers are taken for one flow seen at two places.
      clientIsn: 1_000 + 7_919 * index,
      serverIsn: 5_000 + 104_729 * index,
    }).handshake();
    for (const { request, answer } of turns)
      said
        .wait(TALK_MICROS / 1000)
        .client(request)
        .server(answer);
    return said.close().packets;
  });
  return pcapOf(segments.sort((one, other) => one.at - other.at));
}

function flowOf(index: number): Flow {
  return {
    id: (0x70_0000 + index).toString(16).padStart(16, '0'),
    client: { address: `192.0.2.${1 + (index % 250)}`, port: 20_000 + Math.floor(index / 250) },
    server: { address: '198.51.100.1', port: 80 },
    network: '',
    vantage: 'unknown',
    orientation: 'handshake',
    startedAt: STARTED_AT + index,
  };
}

async function talk(port: number, user: string, give: GivenBy): Promise<RecordedTalk> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const turns: { request: string; answer: Buffer }[] = [];
  const say = async (line: string, fields = '', body = ''): Promise<string> => {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    const request = `${line} HTTP/1.1\r\nHost: shop.example\r\nX-User: ${user}\r\n${fields}${length}\r\n${body}`;
    const answer = await ask(socket, request);
    turns.push({ request, answer });
    return answer.toString('latin1');
  };
  const login = await say(`POST /login?give=${give}`, 'Content-Type: application/json\r\n', `{"user":"${user}"}`);
  const token = credentials(login, give);
  await say('GET /profile', token);
  const [, order = ''] = /"order":(\d+)/.exec(await say('POST /orders', token, '')) ?? [];
  await say(`GET /orders/${order}?details=all`, token);
  const [, csrf = ''] = /value="([^"]*)"/.exec(await say('GET /form', token)) ?? [];
  const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
  await say('POST /form', `${token}${form}`, `csrf=${encodeURIComponent(csrf)}&order=${order}`);
  socket.end();
  await once(socket, 'close');
  return { user, turns };
}

function credentials(login: string, give: GivenBy): string {
  switch (give) {
    case 'json':
      return `Authorization: Bearer ${/"token":"([^"]*)"/.exec(login)?.[1]}\r\n`;
    case 'cookie':
      return `Cookie: theme=dark; sid=${/sid=([^;]*)/.exec(login)?.[1]}; lang=en\r\n`;
    case 'header':
      return `X-Auth-Token: ${/x-auth-token: ([^\r]*)/i.exec(login)?.[1]}\r\n`;
    default:
      return give satisfies never;
  }
}

async function ask(socket: Socket, request: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const framer = new ResponseFramer({ complete: () => over(), failed: (reason) => over(new Error(reason)) });
    const read = (bytes: Buffer): void => {
      chunks.push(bytes);
      framer.push(bytes, 0, bytes.length);
    };
    const over = (error?: Error): void => {
      socket.off('data', read);
      socket.off('error', over);
      if (error === undefined) resolve();
      else reject(error);
    };
    framer.expect(request.slice(0, request.indexOf(' ')));
    socket.on('data', read);
    socket.on('error', over);
    socket.write(request, 'latin1');
  });
  return Buffer.concat(chunks);
}
