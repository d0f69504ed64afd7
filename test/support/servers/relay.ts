/** What stands between a client and a server, and can be cut: the server is gone for the client, and back at once. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { freePort } from './nginx.ts';

export class Relay {
  readonly #targetPort: () => number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  /** @param targetPort asked when a client connects */
  constructor(targetPort: () => number) {
    this.#targetPort = targetPort;
  }

  /** `127.0.0.1:port`, the same after a cut. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Starts, or is there again after a {@link cut}. */
  async join(): Promise<void> {
    this.#port ||= await freePort();
    const server = createServer((client) => this.#pair(client, dial(this.#targetPort(), '127.0.0.1')));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
  }

  /** Connections end, and others are refused. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #pair(client: Socket, server: Socket): void {
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
