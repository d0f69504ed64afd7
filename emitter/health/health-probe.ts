/** Asks a target once whether it is well, on a connection of its own: opened, asked, closed. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint, Millis } from '../../core/index.ts';
import { REPLAY_MARKER_HEADER } from '../../parser/index.ts';
import type { TlsSetup } from '../connection/open-socket.ts';
import type { OwnEndpoints } from '../connection/own-endpoints.ts';
import type { CheckOptions } from './options.ts';
import { pingThrift } from './thrift-ping.ts';

/** A target as far as checks need to know it. */
export interface ProbedTarget {
  readonly endpoint: Endpoint;
  /** What `Host` says, where the check says nothing else. */
  readonly authority: string;
  /** Value of the marker, so that the question is left out of captures. */
  readonly runId: string;
  readonly tls: TlsSetup | undefined;
}

export interface HealthProbeOptions extends ProbedTarget {
  readonly check: CheckOptions;
  readonly timeoutMs: Millis;
  /** Told of the connection's own end, so that a mirror leaves out what is asked there. */
  readonly ownEndpoints?: OwnEndpoints;
}

/** A timer that is later than this says that the process was held up: the target gets that time again, once. */
const HICCUP_MS: Millis = 10;

type End = (trouble?: string) => void;

/**
 * @param tell called once, not within the call, with what is wrong, or undefined where the target is well
 * @returns gives up; `tell` is not called any more
 */
export function probeHealth(options: HealthProbeOptions, tell: End): () => void {
  const { timeoutMs, tls, ownEndpoints } = options;
  const socket = open(options);
  let ended = false;
  let patience: NodeJS.Immediate | undefined;
  const until = performance.now() + timeoutMs;
  let timer = setTimeout(() => {
    const lateMs = performance.now() - until;
    if (lateMs < HICCUP_MS) timedOut();
    else timer = setTimeout(timedOut, Math.min(lateMs, timeoutMs));
  }, timeoutMs);
  // In the turn after, so that an answer that is there already is read before.
  const timedOut = (): void => {
    patience = setImmediate(() => end(`no answer within ${timeoutMs} ms`));
  };
  const giveUp = (): void => {
    ended = true;
    clearTimeout(timer);
    clearImmediate(patience);
    socket.destroy();
  };
  const end: End = (trouble) => {
    if (ended) return;
    giveUp();
    tell(trouble);
  };
  // Stays after the end: a socket that is destroyed may still have an error to tell.
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  socket.once('close', () => end('closed'));
  if (ownEndpoints !== undefined) noteOwnEnd(socket, ownEndpoints);
  ask(options, socket, tls === undefined ? 'connect' : 'secureConnect', end);
  return giveUp;
}

function ask(options: HealthProbeOptions, socket: Socket, opened: 'connect' | 'secureConnect', end: End): void {
  const { check } = options;
  switch (check.kind) {
    case 'tcp':
      socket.once(opened, () => end());
      return;
    case 'http':
      get(check.path, check.host ?? options.authority, options.runId, socket, end);
      return;
    case 'thrift':
      socket.once(opened, () => pingThrift(check, socket, end));
      return;
    default:
      check satisfies never;
  }
}

function noteOwnEnd(socket: Socket, ownEndpoints: OwnEndpoints): void {
  socket.once('connect', () => {
    const { localAddress = '', localPort = 0 } = socket;
    const own = { address: localAddress, port: localPort };
    ownEndpoints.opened(own);
    socket.once('close', () => ownEndpoints.closed(own));
  });
}

function get(path: string, host: string, runId: string, socket: Socket, end: End): void {
  const asked = request({ createConnection: () => socket, path, headers: { host, [REPLAY_MARKER_HEADER]: runId } });
  asked.once('response', ({ statusCode = 0 }) =>
    end(statusCode >= 200 && statusCode < 400 ? undefined : `${statusCode}`),
  );
  asked.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  asked.end();
}

function open({ endpoint: { address, port }, tls }: HealthProbeOptions): Socket {
  if (tls === undefined) return connect({ host: address, port, noDelay: true });
  const { context, verify, serverName } = tls;
  const socket = connectTls({
    host: address,
    port,
    secureContext: context,
    rejectUnauthorized: verify,
    ...(serverName === '' ? {} : { servername: serverName }),
  });
  return socket.setNoDelay(true);
}
