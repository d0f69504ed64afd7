/**
 * What looking for secrets, sealing and opening cost an exchange.
 *
 *     npx tsx test/bench/sealing.ts
 */
import { randomFillSync } from 'node:crypto';
import zlib from 'node:zlib';
import { type Exchange, KEY_BYTES, NonceSource, toKeyRing, toSecretKey } from '../../core/index.ts';
import { SecretCutter, unsealExchange, ValueSealer } from '../../parser/index.ts';
import { message } from '../support/exchanges/index.ts';
import { storeTraffic } from './store-traffic.ts';
import { machineLine } from './whole-process.ts';

const EXCHANGES = 20_000;
const ROUNDS = 7;

const ring = toKeyRing([toSecretKey(randomFillSync(new Uint8Array(KEY_BYTES)))]);
const cutterOf = () =>
  new SecretCutter({}, new ValueSealer(ring.current, new NonceSource((bytes) => void randomFillSync(bytes))));
const plain = storeTraffic(EXCHANGES);

function withField(field: (n: number) => string): Exchange[] {
  return plain.map((one, n) => {
    const head = Buffer.from(one.request?.parts[0] ?? [])
      .toString('latin1')
      .replace(/\r\n$/, '');
    return { ...one, request: message(`${head}${field(n)}\r\n\r\n`, '', { streamOffset: one.id.offset }) };
  });
}
const hex = (n: number) => Buffer.from(randomFillSync(new Uint8Array(16))).toString('hex') + n.toString(16);
const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const bodyOf = (one: Exchange) => {
  const text = Buffer.from(one.response?.parts[0] ?? []).toString('latin1');
  return text.slice(text.indexOf('\r\n\r\n') + 4);
};
const chunked = plain.map((one) => {
  const body = bodyOf(one);
  const sent = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  return { ...one, response: message(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`, sent) };
});
const gzipped = plain.map((one) => ({
  ...one,
  response: message(`${JSON_HEAD}Content-Encoding: gzip\r\n\r\n`, zlib.gzipSync(bodyOf(one))),
}));
const logins = plain.map((one, n) => ({
  ...one,
  response: message(`${JSON_HEAD}\r\n`, bodyOf(one).replace('{"items"', `{"token":"${hex(n)}","items"`)),
}));
const traffic: Readonly<Record<string, readonly Exchange[]>> = {
  'no secret, 1.3 kB': plain,
  'no secret, chunked': chunked,
  'no secret, gzip': gzipped,
  'a token each, met before': withField((n) => `Authorization: Bearer client-${n % 1_000}-abcdefghijklmnop`),
  'a token each, new': withField((n) => `Authorization: Bearer ${hex(n)}`),
  'five cookies, met before': withField((n) => `Cookie: a=1234; b=5678; c=abcd; theme=dark; sid=client-${n % 500}`),
  'a token in a JSON body, new': logins,
};

console.log(machineLine());
console.log(`${EXCHANGES} exchanges, least of ${ROUNDS} rounds, CPU-µs an exchange\n`);
for (const [name, exchanges] of Object.entries(traffic)) {
  const cutter = cutterOf();
  let sealed: Exchange[] = [];
  const cut = timed(() => {
    sealed = exchanges.map((one) => cutter.cut(one));
  });
  const opened = timed(() => {
    for (const one of sealed) unsealExchange(one, ring);
  });
  const secrets = sealed.reduce((sum, one) => sum + one.sealed.length, 0) / EXCHANGES;
  console.log(
    `${name.padEnd(30)} cut ${cut.toFixed(2).padStart(6)}   open ${opened.toFixed(2).padStart(6)}   ${secrets} secrets`,
  );
}

function timed(work: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / EXCHANGES);
  }
  // Others use this machine too: they only ever add.
  return Math.min(...times);
}
