/**
 * What masking costs an exchange.
 *
 *     npx tsx test/bench/masking.ts
 */
import zlib from 'node:zlib';
import type { Exchange } from '../../core/index.ts';
import { message } from '../support/exchanges/index.ts';
import { maskerOf } from '../support/masking/index.ts';
import { storeTraffic } from './store-traffic.ts';
import { machineLine } from './whole-process.ts';

const EXCHANGES = 3_000;
const ROUNDS = 5;
const SETS = ['credentials', 'cards', 'emails', 'phones'];

const plain = storeTraffic(EXCHANGES);
const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const bodyOf = (one: Exchange) => {
  const text = Buffer.from(one.response?.parts[0] ?? []).toString('latin1');
  return text.slice(text.indexOf('\r\n\r\n') + 4);
};
const answered = (head: string, body: (one: Exchange) => string | Uint8Array) =>
  plain.map((one) => ({ ...one, response: message(`${JSON_HEAD}${head}\r\n`, body(one)) }));
const traffic: Readonly<Record<string, readonly Exchange[]>> = {
  'nothing to mask, 1.3 kB': plain,
  'nothing to mask, gzip': answered('Content-Encoding: gzip\r\n', (one) => zlib.gzipSync(bodyOf(one))),
  'an e-mail in a JSON body': answered('', (one) => bodyOf(one).replace('{', '{"mail":"ada@example.org",')),
};
const rules: Readonly<Record<string, object>> = {
  'all sets': { sets: SETS },
  'a header by name': { rules: [{ where: { header: 'x-user' }, action: 'redact' }] },
  'a JSON path': { rules: [{ where: { json: '$.mail' }, action: 'hash', key: 'a key of mine' }] },
  'an expression anywhere': { rules: [{ find: 'T-[0-9]{6}', action: 'redact' }] },
};

console.log(machineLine());
console.log(`${EXCHANGES} exchanges, least of ${ROUNDS} rounds, CPU-µs an exchange\n`);
for (const [words, given] of Object.entries(rules)) {
  const masker = await maskerOf(given);
  for (const [name, exchanges] of Object.entries(traffic)) {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const before = process.cpuUsage();
      for (const exchange of exchanges) masker.mask(exchange);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / exchanges.length);
    }
    console.log(`${words.padEnd(24)} ${name.padEnd(28)} ${least.toFixed(2)}`);
  }
}
