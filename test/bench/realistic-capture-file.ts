/**
 * A capture file of what a shop's services say to each other, exchanges of about 1 kB of HTTP each: JSON with names and
 * numbers (6 of 10), HTML (2), gzip (1), bytes that nothing makes smaller (1). Lists are of a catalogue's items, and some answers
 * are asked for more often than others, as in a shop. Fifty keep-alive connections at a time, each a client with a cookie
 * of its own and every second one with a token; a trace id an exchange. The same bytes in every run.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { LINK_TYPE } from '../../core/index.ts';
import { encodePcapHeader, encodePcapRecord } from '../../formats/index.ts';
import { conversation, seededRandom } from '../support/packets/index.ts';

const CONNECTIONS_AT_ONCE = 50;
const EXCHANGES_PER_CONNECTION = 100;
const STARTED_AT = 1_790_000_000_000_000;
/** Distinct answers, and items that they are made of. */
const BODIES = 5_000;
const ITEMS = 1_000;
const WORDS =
  'lamp chair table shelf mirror carpet clock vase basket blanket oak pine linen blue green matt large'.split(' ');

export interface WrittenCapture {
  readonly exchanges: number;
  /** Of all requests and answers, heads and bodies, as they were sent. */
  readonly messageBytes: number;
}

/** @param exchanges rounded up to whole rounds of connections */
export async function writeRealisticCapture(path: string, exchanges: number): Promise<WrittenCapture> {
  const stream = createWriteStream(path);
  stream.write(encodePcapHeader(LINK_TYPE.ethernet));
  const random = seededRandom(7);
  const catalogue = Array.from({ length: ITEMS }, () => item(random));
  const answers = Array.from({ length: BODIES }, (_, n) => answer(random, catalogue, n));
  let written = 0;
  let messageBytes = 0;
  for (let round = 0; written < exchanges; round++) {
    const packets = [];
    for (let connection = 0; connection < CONNECTIONS_AT_ONCE; connection++) {
      const talk = conversation({
        client: `10.1.${round % 250}.${connection + 1}:${20_000 + (round % 40_000)}`,
        clientIsn: Math.floor(random() * 2 ** 32),
        serverIsn: Math.floor(random() * 2 ** 32),
        startAt: STARTED_AT + round * 500_000 + connection,
        stepMicros: CONNECTIONS_AT_ONCE,
      }).handshake();
      const token = connection % 2 === 0 ? '' : `Authorization: Bearer ${hex(random, 32)}\r\n`;
      const client = `Cookie: sid=${hex(random, 24)}; theme=dark\r\n${token}`;
      for (let n = 0; n < EXCHANGES_PER_CONNECTION; n++, written++) {
        const asked = request(random, client);
        const answered = popular(random, answers);
        messageBytes += asked.length + answered.length;
        talk.client(asked).server(answered);
      }
      packets.push(...talk.close().packets);
    }
    packets.sort((one, other) => one.at - other.at);
    for (const packet of packets) stream.write(encodePcapRecord(packet));
    if (stream.writableNeedDrain) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return { exchanges: written, messageBytes };
}

function request(random: () => number, client: string): string {
  return (
    `GET /${word(random)}s/${Math.floor(random() * 900)}?page=${Math.floor(random() * 50)} HTTP/1.1\r\n` +
    'Host: shop.example\r\nUser-Agent: shop-app/4.1\r\nAccept: */*\r\n' +
    `${client}traceparent: 00-${hex(random, 32)}-${hex(random, 16)}-01\r\n\r\n`
  );
}

function answer(random: () => number, catalogue: readonly unknown[], n: number): Buffer {
  const kind = n % 10;
  const list = (count: number) =>
    JSON.stringify({ items: Array.from({ length: count }, () => popular(random, catalogue)) });
  if (kind < 6) return response('application/json', Buffer.from(list(8)));
  if (kind < 8) return response('text/html; charset=utf-8', Buffer.from(page(random)));
  if (kind < 9) return response('application/json', gzipSync(list(14)), 'Content-Encoding: gzip\r\n');
  return response('image/webp', Buffer.from(hex(random, 1_000), 'hex'));
}

/** The first are asked for more often: a tenth of them nearly half of the times. */
function popular<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(values.length * random() ** 3)] as T;
}

function response(type: string, body: Buffer, more = ''): Buffer {
  const head = `HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: ${type}\r\n${more}Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function item(random: () => number): unknown {
  return {
    id: Math.floor(random() * 100_000),
    name: `${word(random)} ${word(random)} no. ${Math.floor(random() * 100)}`,
    price: Math.floor(random() * 20_000) / 100,
    stock: Math.floor(random() * 40),
    tags: ['home', word(random)],
  };
}

function page(random: () => number): string {
  const rows = Array.from(
    { length: 8 },
    () =>
      `<li><a href="/${word(random)}s/${Math.floor(random() * 900)}">${word(random)} ${word(random)}</a> ${Math.floor(random() * 200)} €</li>`,
  );
  return `<!doctype html><html><head><title>${word(random)}</title></head><body><h1>${word(random)}</h1><ul>${rows.join('')}</ul></body></html>`;
}

function word(random: () => number): string {
  return WORDS[Math.floor(random() * WORDS.length)] as string;
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits) text += (0x1_0000_0000 + Math.floor(random() * 0x1_0000_0000)).toString(16).slice(1);
  return text.slice(0, digits);
}
