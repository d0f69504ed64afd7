/** Asks a target once whether it is well: `GET` of a path over HTTP/1.1, or a connection alone. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint, Millis } from '../../core/index.ts';
import type { TlsSetup } from '../connection/open-socket.ts';

export interface HealthProbeOptions {
  readonly endpoint: Endpoint;
  /** A path, answered with 2xx or 3xx by a target that is well; or `tcp` for a connection, over TLS where that is given. */
  readonly health: string;
  /** What `Host` says. */
  readonly authority: string;
  /** Value of the marker, so that the question is left out of captures. */
  readonly runId: string;
  readonly tls: TlsSetup | undefined;
  readonly timeoutMs: Millis;
}

/**
 * @param tell called once, with what is wrong, or undefined where the target is well
 * @returns gives up; `tell` is not called any more
 */
export function probeHealth(options: HealthProbeOptions, tell: (trouble: string | undefined) => void): () => void {
  const { health, timeoutMs, tls } = options;
  const socket = open(options);
  const timer = setTimeout(() => end(`no answer within ${timeoutMs} ms`), timeoutMs);
  let ended = false;
  const giveUp = (): void => {
    ended = true;
    clearTimeout(timer);
    socket.destroy();
  };
  const end = (trouble: string | undefined): void => {
    if (ended) return;
    giveUp();
    tell(trouble);
  };
  // Stays after the end: a socket that is destroyed may still have an error to tell.
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  if (health === 'tcp') {
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => end(undefined));
    socket.once('close', () => end('closed'));
  } else {
    ask(options, socket, end);
  }
  return giveUp;
}

function ask({ health, authority, runId }: HealthProbeOptions, socket: Socket, end: (trouble?: string) => void): void {
  const asked = request({
    createConnection: () => socket,
    path: health,
    headers: { host: authority, 'x-bytecopy-replay': runId },
  });
  asked.once('response', ({ statusCode = 0 }) =>
    end(statusCode >= 200 && statusCode < 400 ? undefined : `${statusCode}`),
  );
  asked.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  asked.end();
}

function open({ endpoint: { address, port }, tls }: HealthProbeOptions): Socket {
  if (tls === undefined) return connect({ host: address, port });
  const { context, verify, serverName } = tls;
  return connectTls({
    host: address,
    port,
    secureContext: context,
    rejectUnauthorized: verify,
    ...(serverName === '' ? {} : { servername: serverName }),
  });
}
