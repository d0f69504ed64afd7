/** The echo service on Apache's server for Node, in one transport and protocol. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import thrift from 'thrift';
import { EchoProcessor } from './echo-service.ts';

/** The package's types know neither the header protocol nor that servers are made of processors. */
type Loose = typeof thrift & {
  readonly THeaderProtocol: unknown;
  createMultiplexServer(processor: unknown, options: object): Server;
};
const loose = thrift as Loose;

const TRANSPORTS = { unframed: thrift.TBufferedTransport, framed: thrift.TFramedTransport } as const;
const PROTOCOLS = { binary: thrift.TBinaryProtocol, compact: thrift.TCompactProtocol } as const;

export interface EchoServer {
  readonly port: number;
  /** Nonces of the oneways that came. */
  readonly noted: readonly string[];
  /** Connections taken so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function startEchoServer(
  transport: 'unframed' | 'framed' | 'theader',
  encoding: 'binary' | 'compact',
): Promise<EchoServer> {
  // It prints what it makes of ids that come again.
  (thrift as unknown as { setLogFunc(log: () => void): void }).setLogFunc(() => undefined);
  const processor = new EchoProcessor();
  const options =
    transport === 'theader'
      ? { transport: thrift.TBufferedTransport, protocol: loose.THeaderProtocol }
      : { transport: TRANSPORTS[transport], protocol: PROTOCOLS[encoding] };
  const server = loose.createMultiplexServer(processor, options);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    noted: processor.noted,
    connections: () => connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
