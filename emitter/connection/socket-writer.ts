/** Several pieces, or several requests, in one write to a socket. */
import type { Socket } from 'node:net';

export class SocketWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** What is written within this turn of the event loop goes at once. */
  gather(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    process.nextTick(uncork, this.#socket);
  }

  /** @param written called when all of it has been handed to the system; not within the call, and not where it fails */
  write(pieces: readonly Uint8Array[], written: () => void): void {
    const last = pieces.length - 1;
    if (last < 0) {
      process.nextTick(written);
      return;
    }
    this.#socket.cork();
    for (let at = 0; at < last; at++) this.#socket.write(pieces[at] as Uint8Array);
    this.#socket.write(pieces[last] as Uint8Array, (error) => {
      if (error === null || error === undefined) written();
    });
    this.#socket.uncork();
  }
}

function uncork(socket: Socket): void {
  socket.uncork();
}
