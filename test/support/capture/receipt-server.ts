/** A TCP server on loopback that acknowledges each segment with a byte, and a client that sends texts one segment each. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export interface ReceiptServer {
  readonly port: number;
  /** Sends each text in a segment of its own, over a new connection, and resolves when the server has them all. */
  send(texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startReceipts(): Promise<ReceiptServer> {
  // One byte comes back for each segment: the client sends the next only then, so that none are merged.
  const server = createServer((socket) => socket.on('data', () => socket.write('.')).on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    send: async (texts) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      for (const text of texts) {
        socket.write(text);
        await once(socket, 'data');
      }
      socket.end();
      await once(socket, 'close');
    },
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
