import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { Http2Sender } from '../../emitter/http2/http2-sender.ts';
import { type Certificate, selfSigned } from '../support/emitter/certificate.ts';
import { GET_REQUEST } from '../support/emitter/prepared-request.ts';
import { SYSTEM_CLOCK } from '../support/emitter/system-clock.ts';
import { type Asked, type SenderTarget, senderConformance } from './sender.ts';

async function http2Target(act: (asked: Asked) => void, certificate?: Certificate): Promise<SenderTarget> {
  const server: Http2Server | Http2SecureServer =
    certificate === undefined ? createServer() : createSecureServer({ ...certificate });
  const sockets = new Set<Socket>();
  let seen = 0;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => session.on('error', () => {}));
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    act({
      index: seen++,
      answer: (status, body) => {
        stream.respond({ ':status': status });
        stream.end(body);
      },
      cut: () => {
        stream.respond({ ':status': 200 });
        stream.session?.destroy();
      },
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tls = certificate === undefined ? undefined : { ca: certificate.cert, verify: true, hostName: '127.0.0.1' };
  let closed: Promise<unknown> | undefined;
  return {
    open: (settings, handler) =>
      new Http2Sender(
        { ...settings, endpoint: { address: '127.0.0.1', port }, pipelining: 1, tls },
        { clock: SYSTEM_CLOCK, handler },
      ),
    seen: () => seen,
    async close() {
      if (closed === undefined) {
        closed = once(server, 'close');
        server.close();
      }
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

senderConformance('HTTP/2', { requirements: [], target: (act) => http2Target(act), request: GET_REQUEST });

let certificate: Certificate | undefined;
senderConformance('HTTP/2, TLS', {
  requirements: ['openssl'],
  target: (act) => {
    certificate ??= selfSigned('IP:127.0.0.1');
    return http2Target(act, certificate);
  },
  request: GET_REQUEST,
});
