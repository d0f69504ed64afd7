/** A TCP or TLS server on loopback that does with each request what a test says: answers, resets, closes, lies or is silent. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface SeenRequest {
  /** Head as it came, up to and with the empty line. */
  readonly head: string;
  readonly socket: Socket;
  /** Counts all requests of the server, from 0. */
  readonly index: number;
}

export interface ScriptServer {
  readonly port: number;
  readonly url: string;
  /** Heads of all requests, in the order in which they came. */
  readonly heads: readonly string[];
  /** Connections taken so far. */
  readonly connections: () => number;
  /** Connections open now. */
  readonly open: () => number;
  close(): Promise<void>;
}

const END = '\r\n\r\n';

/** An answer in two writes must not wait for the acknowledgement of the first. */
const NO_DELAY = { noDelay: true };

export type Accept = (socket: Socket, connection: number) => void;

/** @param act called once a request without body, when its head is complete */
export function serve(act: (request: SeenRequest) => void, tls?: TlsOptions): Promise<ScriptServer> {
  const heads: string[] = [];
  const accept = (socket: Socket): void => {
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf(END); end >= 0; end = text.indexOf(END)) {
        const head = text.slice(0, end + END.length);
        text = text.slice(end + END.length);
        heads.push(head);
        act({ head, socket, index: heads.length - 1 });
      }
    });
  };
  return listening(accept, heads, tls);
}

/** @param accept called with each connection, which count from 0; nothing is read unless it does */
export function serveRaw(accept: Accept, tls?: TlsOptions): Promise<ScriptServer> {
  return listening(accept, [], tls);
}

async function listening(accept: Accept, heads: string[], tls: TlsOptions | undefined): Promise<ScriptServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const taken = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const opened = (socket: Socket): void => {
    taken(socket);
    connections++;
    accept(socket, connections - 1);
  };
  const server: Server =
    tls === undefined ? createServer(NO_DELAY, opened) : createTlsServer({ ...tls, ...NO_DELAY }, opened);
  // Below TLS, so that what never gets through its handshake is closed too.
  if (tls !== undefined) server.on('connection', taken);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    heads,
    connections: () => connections,
    open: () => sockets.size,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A whole answer of that status. */
export function answer(status: number, body = 'ok', fields = ''): string {
  return `HTTP/1.1 ${status} Word\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;
}

/** Sends a RST at once. `resetAndDestroy` sends a FIN before it, so that the peer sees an orderly end. */
export function reset(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle: { reset(done: () => void): number } };
  handle.reset(() => socket.destroy());
}
