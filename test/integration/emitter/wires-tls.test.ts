/** HTTP over TLS through the pool: who is trusted, and what fails as `tls`. */
import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import type { ConnectionPoolOptions } from '../../../emitter/connection/connection-pool.ts';
import { type Certificate, selfSigned } from '../../support/emitter/certificate.ts';
import { poolTo } from '../../support/emitter/pool.ts';
import { GET_REQUEST } from '../../support/emitter/prepared-request.ts';
import { answer, type ScriptServer, serve, serveRaw } from '../../support/emitter/script-server.ts';
import { SmallLane } from '../../support/emitter/small-lane.ts';
import { testWith } from '../../support/requirements.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let made: Certificate | undefined;
/** For shop.example and 127.0.0.1. */
const certificate = (): Certificate => {
  made ??= selfSigned('DNS:shop.example', 'IP:127.0.0.1');
  return made;
};

const names: string[] = [];
const clients: string[] = [];

async function secure(options: TlsOptions = {}): Promise<ScriptServer> {
  names.length = 0;
  clients.length = 0;
  const server = await serve(
    ({ socket }) => {
      const { servername, getPeerCertificate } = socket as TLSSocket & { readonly servername: string | false };
      names.push(servername === false ? '' : servername);
      clients.push(String(getPeerCertificate.call(socket)?.subject?.CN));
      socket.write(answer(200));
    },
    { ...certificate(), ...options },
  );
  cleanups.push(() => server.close());
  return server;
}

async function sendTo(
  port: number,
  tls: Partial<NonNullable<ConnectionPoolOptions['tls']>>,
  timeoutMs = 5_000,
): Promise<string[]> {
  const lane = new SmallLane((handler) =>
    poolTo(port, handler, { timeoutMs, tls: { verify: true, hostName: '127.0.0.1', ...tls } }),
  );
  cleanups.push(() => lane.sender.close());
  lane.sendAll([GET_REQUEST, GET_REQUEST, GET_REQUEST]);
  await lane.settled(3);
  return [...new Set(lane.outcomes)];
}

testWith(['openssl'], 'an authority that is given is trusted, a name that is asked for is sent', async () => {
  const server = await secure();
  const ca = certificate().cert;
  expect(await sendTo(server.port, { ca })).toEqual(['200']);
  expect(new Set(names)).toEqual(new Set(['']));
  names.length = 0;
  expect(await sendTo(server.port, { ca, hostName: 'shop.example' })).toEqual(['200']);
  expect(new Set(names)).toEqual(new Set(['shop.example']));
  names.length = 0;
  expect(await sendTo(server.port, { ca, hostName: 'other.example', serverName: 'shop.example' })).toEqual(['200']);
  expect(new Set(names)).toEqual(new Set(['shop.example']));
});

testWith(['openssl'], 'a certificate of nobody known, or of another name, fails as tls', async () => {
  const server = await secure();
  expect(await sendTo(server.port, {})).toEqual(['failed: tls']);
  expect(await sendTo(server.port, { ca: certificate().cert, hostName: 'other.example' })).toEqual(['failed: tls']);
  expect(await sendTo(server.port, { ca: certificate().cert, serverName: 'other.example' })).toEqual(['failed: tls']);
  expect(names).toEqual([]);
});

testWith(['openssl'], 'without verification any certificate will do', async () => {
  const server = await secure();
  expect(await sendTo(server.port, { verify: false, hostName: 'other.example' })).toEqual(['200']);
});

testWith(['openssl'], 'a target that asks for a certificate gets ours, and refuses us without one', async () => {
  const { cert, key } = certificate();
  const server = await secure({ requestCert: true, rejectUnauthorized: true, ca: cert });
  expect(await sendTo(server.port, { ca: cert, certificate: cert, key })).toEqual(['200']);
  expect(new Set(clients)).toEqual(new Set(['test']));
  expect(await sendTo(server.port, { ca: cert })).toEqual(['failed: tls']);
});

test('a plain server, and one that closes during the handshake, fail as tls', async () => {
  const plain = await serveRaw((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  const closing = await serveRaw((socket) => socket.once('data', () => socket.end()));
  cleanups.push(
    () => plain.close(),
    () => closing.close(),
  );
  expect(await sendTo(plain.port, {})).toEqual(['failed: tls']);
  expect(await sendTo(closing.port, {})).toEqual(['failed: tls']);
});

test('a handshake that is never answered fails as timeout', async () => {
  const silent = await serveRaw((socket) => socket.resume());
  cleanups.push(() => silent.close());
  expect(await sendTo(silent.port, {}, 150)).toEqual(['failed: timeout']);
});

test('certificates that cannot be read are one clear error', () => {
  const handler = { answered: () => {}, failed: () => {}, next: () => undefined };
  const open = () =>
    poolTo(1, handler, { tls: { verify: true, hostName: 'shop.example', ca: '-----BEGIN CERTIFICATE-----\nx' } });
  expect(open).not.toThrow();
  const broken = () =>
    poolTo(1, handler, { tls: { verify: true, hostName: 'shop.example', certificate: 'no PEM', key: 'none' } });
  expect(broken).toThrow(expect.objectContaining({ code: 'REPLAY_TLS_INVALID', exitCode: 2 }));
});
