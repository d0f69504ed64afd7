/** A TCP server on loopback that does with each request what a test says: answers, resets, closes, lies or is silent. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

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

/** @param act called once a request without body, when its head is complete */
export async function serve(act: (request: SeenRequest) => void): Promise<ScriptServer> {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
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
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
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
