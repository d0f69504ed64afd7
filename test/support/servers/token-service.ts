/**
 * A shop that gives out what only it knows, and refuses what is stale or somebody else's: the target for correlation.
 *
 *     POST /login?give=json|cookie|header   X-User: u1     200, a token of that user: {"token"}, Set-Cookie: sid, X-Auth-Token
 *     GET  /profile                         the token      200
 *     POST /orders                          the token      201, {"order": a random number}
 *     GET  /orders/<order>                  the token      200; 404 for an order of nobody or somebody else
 *     GET  /form                            the token      200, HTML with a hidden field `csrf`
 *     POST /form                            csrf=…         200; 403 for a field that was not given to this user
 *
 * The token comes as `Authorization: Bearer`, as the cookie `sid` or as `X-Auth-Token`, always with `X-User`. One that was
 * not given to that user by this very server is answered with 401.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const GIVEN_BY = ['json', 'cookie', 'header'] as const;
export type GivenBy = (typeof GIVEN_BY)[number];

export interface TokenService {
  readonly port: number;
  readonly url: string;
  /** Answers given so far, by operation and status, such as `GET /profile 401`; ids of orders are left out. */
  readonly answers: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface User {
  readonly tokens: Set<string>;
  readonly orders: Set<string>;
  readonly fields: Set<string>;
}

/** @param port a free one where absent */
export async function startTokenService(port = 0): Promise<TokenService> {
  const users = new Map<string, User>();
  const answers = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      serve(users, request, Buffer.concat(chunks).toString(), response);
      const path = (request.url ?? '').split('?', 1)[0] ?? '';
      const told = `${request.method} ${path.startsWith('/orders/') ? '/orders/' : path} ${response.statusCode}`;
      answers.set(told, (answers.get(told) ?? 0) + 1);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    answers,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function serve(users: Map<string, User>, request: IncomingMessage, body: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop.example');
  const name = String(request.headers['x-user'] ?? '');
  const answer = (status: number, text: string, type = 'application/json'): void => {
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
  };
  if (pathname === '/login') {
    logIn(userOf(users, name), (searchParams.get('give') ?? 'json') as GivenBy, response, answer);
    return;
  }
  const user = users.get(name);
  if (user === undefined || !user.tokens.has(tokenOf(request))) {
    answer(401, '{"error":"token unknown"}');
    return;
  }
  if (pathname === '/profile') answer(200, JSON.stringify({ user: name }));
  else if (pathname === '/orders') {
    // Beyond 2^53, as ids of large systems are.
    const order = `9${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 7, 10 ** 8)}`;
    user.orders.add(order);
    answer(201, `{"state":"new","order":${order}}`);
  } else if (pathname.startsWith('/orders/')) {
    const order = pathname.slice('/orders/'.length);
    if (user.orders.has(order)) answer(200, `{"order":${order},"state":"paid"}`);
    else answer(404, '{"error":"order unknown"}');
  } else if (request.method === 'GET') {
    const csrf = randomBytes(19).toString('base64');
    user.fields.add(csrf);
    answer(200, `<form method="post"><input type="hidden" name="csrf" value="${csrf}"></form>`, 'text/html');
  } else if (user.fields.delete(new URLSearchParams(body).get('csrf') ?? '')) answer(200, '{"changed":true}');
  else answer(403, '{"error":"form unknown"}');
}

function logIn(
  user: User,
  give: GivenBy,
  response: ServerResponse,
  answer: (status: number, text: string) => void,
): void {
  const token = randomBytes(24).toString('base64url');
  user.tokens.add(token);
  switch (give) {
    case 'json':
      answer(200, JSON.stringify({ token, validSeconds: 3600 }));
      return;
    case 'cookie':
      response.setHeader('Set-Cookie', `sid=${token}; Path=/; HttpOnly`);
      break;
    case 'header':
      response.setHeader('X-Auth-Token', token);
      break;
    default:
      give satisfies never;
  }
  answer(200, '{}');
}

function userOf(users: Map<string, User>, name: string): User {
  const user = users.get(name) ?? { tokens: new Set(), orders: new Set(), fields: new Set() };
  users.set(name, user);
  return user;
}

function tokenOf({ headers }: IncomingMessage): string {
  const [, bearer] = /^Bearer (.*)$/.exec(headers.authorization ?? '') ?? [];
  const [, cookie] = /(?:^|;\s*)sid=([^;]*)/.exec(headers.cookie ?? '') ?? [];
  return bearer ?? cookie ?? String(headers['x-auth-token'] ?? '');
}
