/**
 * A large capture file for the benches: keep-alive HTTP exchanges as loopback shows them (request, response, pure ACKs),
 * 1.3 kB each, fifty connections at a time, a trace id each, JSON-like bodies.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { LINK_TYPE } from '../../core/index.ts';
import { encodePcapHeader, encodePcapRecord } from '../../formats/index.ts';
import { conversation, seededRandom } from '../support/packets/index.ts';

const CONNECTIONS_AT_ONCE = 50;
const EXCHANGES_PER_CONNECTION = 100;
const STARTED_AT = 1_790_000_000_000_000;

/** @returns how many exchanges were written: `exchanges` rounded up to whole rounds of connections */
export async function writeCaptureFile(path: string, exchanges: number): Promise<number> {
  const stream = createWriteStream(path);
  stream.write(encodePcapHeader(LINK_TYPE.ethernet));
  const random = seededRandom(1);
  let written = 0;
  for (let round = 0; written < exchanges; round++) {
    const packets = [];
    for (let connection = 0; connection < CONNECTIONS_AT_ONCE; connection++) {
      const talk = conversation({
        client: `10.1.${round % 250}.${connection + 1}:${20_000 + (round % 40_000)}`,
        clientIsn: Math.floor(random() * 2 ** 32),
        serverIsn: Math.floor(random() * 2 ** 32),
        startAt: STARTED_AT + round * 200_000 + connection,
        stepMicros: CONNECTIONS_AT_ONCE,
      }).handshake();
      for (let n = 0; n < EXCHANGES_PER_CONNECTION; n++)
        talk.client(request(random, written++)).server(response(random));
      packets.push(...talk.close().packets);
    }
    packets.sort((one, other) => one.at - other.at);
    for (const packet of packets) stream.write(encodePcapRecord(packet));
    if (stream.writableNeedDrain) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return written;
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits) text += Math.floor(random() * 16).toString(16);
  return text;
}

function request(random: () => number, n: number): string {
  return (
    `GET /items/${n % 20}?page=${n} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench/1.0\r\nAccept: application/json\r\n` +
    `Accept-Encoding: gzip\r\nAuthorization: Bearer ${hex(random, 32)}\r\n` +
    `traceparent: 00-${hex(random, 32)}-${hex(random, 16)}-01\r\n\r\n`
  );
}

function response(random: () => number): string {
  const rows = Array.from(
    { length: 12 },
    (_, n) => `{"id":${n},"name":"item ${hex(random, 8)}","price":${Math.floor(random() * 10_000)},"stock":true}`,
  );
  const body = `{"items":[${rows.join(',')}],"pad":"${hex(random, 60)}"}`;
  return (
    'HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`
  );
}
