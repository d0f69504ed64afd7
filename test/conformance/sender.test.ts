import { type Certificate, selfSigned } from '../support/emitter/certificate.ts';
import { poolTo } from '../support/emitter/pool.ts';
import { GET_REQUEST } from '../support/emitter/prepared-request.ts';
import { serve } from '../support/emitter/script-server.ts';
import { type Asked, type SenderTarget, senderConformance } from './sender.ts';

async function poolTarget(
  act: (asked: Asked) => void,
  { certificate, pipelining = 1 }: { readonly certificate?: Certificate; readonly pipelining?: number } = {},
): Promise<SenderTarget> {
  const server = await serve(({ socket, index }) => {
    act({
      index,
      answer: (status, body) => {
        socket.write(`HTTP/1.1 ${status} Word\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
        socket.write(body);
      },
      cut: () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort'),
    });
  }, certificate);
  const trust = certificate === undefined ? undefined : { ca: certificate.cert, verify: true, hostName: '127.0.0.1' };
  let closed: Promise<void> | undefined;
  return {
    open: (settings, handler) => poolTo(server.port, handler, { ...settings, pipelining, tls: trust }),
    seen: () => server.heads.length,
    close: () => {
      closed ??= server.close();
      return closed;
    },
  };
}

senderConformance('connection pool', { requirements: [], target: (act) => poolTarget(act), request: GET_REQUEST });

senderConformance('connection pool, pipelining', {
  requirements: [],
  target: (act) => poolTarget(act, { pipelining: 4 }),
  request: GET_REQUEST,
});

let certificate: Certificate | undefined;
senderConformance('connection pool, TLS', {
  requirements: ['openssl'],
  target: (act) => {
    certificate ??= selfSigned('IP:127.0.0.1');
    return poolTarget(act, { certificate });
  },
  request: GET_REQUEST,
});
