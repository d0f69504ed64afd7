/**
 * Figures of what every exchange goes through: the schema codec, and the JSON line.
 *
 *   npx tsx test/bench/exchange-codec.ts
 *
 * Exchanges of about 1.3 kB on 50 flows, each with a trace id and a path of its own. CPU time of this process, best of
 * five rounds: rounds differ with the machine's neighbours.
 */
import { decodeExchange, type Exchange, encodeExchange, encodeExchangeInto, SchemaWriter } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../support/exchanges/index.ts';

const EXCHANGES = 5_000;
const ROUNDS = 5;
const REPEATS = 20;

const BODY = `{"items":[${'{"id":17,"name":"a lamp","price":1290},'.repeat(24)}{}]}`;

function makeExchanges(): Exchange[] {
  const flows = Array.from({ length: 50 }, (_, i) =>
    flow({ id: (0x9f86d081884c7d65n + BigInt(i)).toString(16), client: { address: '10.0.0.7', port: 40_000 + i } }),
  );
  return Array.from({ length: EXCHANGES }, (_, i) => {
    const path = `/items/${i % 1000}`;
    const at = NOON_MICROS + i * 50;
    const traceId = `4bf92f3577b34da6${i.toString(16).padStart(16, '0')}`;
    return exchange({
      id: { at, flow: (flows[i % 50] as Exchange['flow']).id, offset: i * 200, index: 0 },
      flow: flows[i % 50] as Exchange['flow'],
      path,
      operation: `GET ${path}`,
      trace: { traceId, spanId: '00f067aa0ba902b7', parentSpanId: '' },
      request: message(
        `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench\r\ntraceparent: 00-${traceId}-00f067aa0ba902b7-01\r\n\r\n`,
        '',
        { streamOffset: i * 200, firstByteAt: at, lastByteAt: at },
      ),
      response: message(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`, BODY, {
        streamOffset: i * 1100,
        firstByteAt: at + 300,
        lastByteAt: at + 320,
      }),
    });
  });
}

/** Prints the rate of the best round; `work` deals with all exchanges once. */
function measure(name: string, work: () => void): void {
  let bestMicros = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < REPEATS; repeat++) work();
    const used = process.cpuUsage(before);
    bestMicros = Math.min(bestMicros, used.user + used.system);
  }
  const each = bestMicros / (EXCHANGES * REPEATS);
  console.log(`${name.padEnd(28)} ${each.toFixed(2).padStart(6)} µs  ${Math.round(1e6 / each).toLocaleString('en')}/s`);
}

const exchanges = makeExchanges();
const encoded = exchanges.map(encodeExchange);
const byteCount = encoded.reduce((sum, bytes) => sum + bytes.length, 0) / EXCHANGES;
console.log(`${EXCHANGES} exchanges of ${Math.round(byteCount)} bytes, node ${process.version}`);

const writer = new SchemaWriter(new Uint8Array(128 * 1024));
measure('encodeExchange', () => {
  for (const one of exchanges) encodeExchange(one);
});
measure('encodeExchangeInto', () => {
  for (const [i, one] of exchanges.entries()) {
    if (i % 64 === 0) writer.pos = 0;
    encodeExchangeInto(one, writer);
  }
});
measure('decodeExchange', () => {
  for (const bytes of encoded) decodeExchange(bytes);
});
const decoded = encoded.map(decodeExchange);
measure('formatExchangeLine', () => {
  for (const one of decoded) formatExchangeLine(one);
});
measure('formatExchangeLine, to bytes', () => {
  let text = '';
  for (const one of decoded) {
    text += `${formatExchangeLine(one)}\n`;
    if (text.length < 64 * 1024) continue;
    Buffer.from(text);
    text = '';
  }
});
