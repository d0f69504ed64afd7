/**
 * Targets that behave badly, each in one way, on a free loopback port.
 *
 *     dies and comes back    every connection reset and the port closed for the middle third of a run
 *     refuses                nobody listens
 *     resets                 a RST in the middle of each answer
 *     garbage                no HTTP
 *     never answers          reads and is silent
 *     closes after each      an answer, then FIN, without a word about it
 *     trickles               a byte of an answer each 10 ms
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../servers/nginx.ts';
import { answer, reset } from './script-server.ts';

const TRICKLE_MS = 10;

export interface HostileTarget {
  readonly url: string;
  close(): Promise<void>;
}

export const HOSTILE_TARGETS = [
  'dies and comes back',
  'refuses',
  'resets',
  'garbage',
  'never answers',
  'closes after each',
  'trickles',
] as const;

export type Hostility = (typeof HOSTILE_TARGETS)[number];

/** @param runMs how long it will be sent to, counted from its first connection */
export async function startHostileTarget(hostility: Hostility, runMs: number): Promise<HostileTarget> {
  switch (hostility) {
    case 'dies and comes back':
      return mortal(runMs);
    case 'refuses':
      return { url: `http://127.0.0.1:${await freePort()}`, close: () => Promise.resolve() };
    case 'resets':
      return listening((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
        // Two turns, so that the half is read before: a RST that comes along with bytes is shown as an end by libuv.
        setImmediate(() => setImmediate(() => reset(socket)));
      });
    case 'garbage':
      return listening((socket) => socket.write('\u0000\u0001this is no answer\r\n\r\n'));
    case 'never answers':
      return listening(() => {});
    case 'closes after each':
      return listening((socket) => socket.end(answer(200)));
    case 'trickles':
      return listening(trickle);
    default:
      return hostility satisfies never;
  }
}

/** @param act called with each lot of requests that comes; on these targets that is one */
async function listening(act: (socket: Socket) => void): Promise<HostileTarget> {
  const endpoint = new Endpoint(act);
  const port = await endpoint.open(0);
  return { url: `http://127.0.0.1:${port}`, close: () => endpoint.close() };
}

async function mortal(runMs: number): Promise<HostileTarget> {
  const endpoint = new Endpoint((socket) => socket.write(answer(200)));
  const port = await endpoint.open(0);
  const timers: NodeJS.Timeout[] = [];
  endpoint.onFirst = () => {
    timers.push(setTimeout(() => endpoint.die(), runMs / 3));
    timers.push(setTimeout(() => void endpoint.open(port), (runMs * 2) / 3));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      return endpoint.close();
    },
  };
}

class Endpoint {
  onFirst: () => void = () => {};
  readonly #act: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(act: (socket: Socket) => void) {
    this.#act = act;
  }

  async open(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#taken(socket)).listen(port, '127.0.0.1');
    this.#server = server;
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  die(): void {
    this.#server?.close();
    for (const socket of this.#sockets) if (!socket.destroyed) reset(socket);
  }

  async close(): Promise<void> {
    if (this.#server?.listening !== true) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #taken(socket: Socket): void {
    this.onFirst();
    this.onFirst = () => {};
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', () => this.#act(socket));
  }
}

function trickle(socket: Socket): void {
  const text = answer(200);
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text.slice(at, at + 1));
    at++;
    if (at === text.length || socket.destroyed) clearInterval(timer);
  }, TRICKLE_MS);
}
