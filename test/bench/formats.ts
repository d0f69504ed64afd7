/**
 * Formats, out and in: exchanges and bytes a second for each, of 1 kB HTTP exchanges.
 *
 *     npx tsx test/bench/formats.ts [--exchanges 20000] [--runs 3]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { EXPORT_FORMATS } from '../../store/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../support/exchanges/index.ts';
import { exported, imported } from '../support/formats/index.ts';

const { values } = parseArgs({
  options: { exchanges: { type: 'string', default: '20000' }, runs: { type: 'string', default: '3' } },
});
const count = Number(values.exchanges);
const runs = Number(values.runs);
if (!(count > 0) || !(runs > 0)) {
  console.error('usage: formats.ts [--exchanges N] [--runs N]');
  process.exit(2);
}

/** Eight on a connection, 50 µs apart. */
const exchanges = Array.from({ length: count }, (_, place) => {
  const connection = Math.floor(place / 8);
  const at = NOON_MICROS + place * 50;
  const onFlow = flow({
    id: connection.toString(16).padStart(16, '0'),
    client: { address: `10.0.${(connection >> 8) & 0xff}.${connection & 0xff}`, port: 1024 + (connection % 60_000) },
  });
  const body = JSON.stringify({ item: place, words: 'seldom heard '.repeat(60) });
  return exchange({
    flow: onFlow,
    id: { at, flow: onFlow.id, offset: (place % 8) * 100, index: 0 },
    request: message(`GET /items/${place} HTTP/1.1\r\nHost: shop.example\r\n\r\n`, '', {
      firstByteAt: at,
      lastByteAt: at,
    }),
    response: message(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
      {
        firstByteAt: at + 20,
        lastByteAt: at + 30,
      },
    ),
  });
});

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.log(`${count} exchanges of 1 kB, best of ${runs}; in: through the parser where the format has no exchanges`);
for (const format of EXPORT_FORMATS) {
  let [out, back, bytes] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (let run = 0; run < runs; run++) {
    let start = performance.now();
    const file = exported(format, exchanges).bytes;
    out = Math.min(out, performance.now() - start);
    start = performance.now();
    const { exchanges: read } = imported(file, 256 * 1024);
    back = Math.min(back, performance.now() - start);
    if (read.length !== count) throw new Error(`${format}: ${read.length} of ${count} exchanges came back`);
    bytes = file.length;
  }
  const rate = (ms: number) =>
    `${Math.round(count / ms)}k exchanges/s ${Math.round(bytes / 1000 / ms)} MB/s`.padStart(30);
  console.log(`${format.padEnd(10)} out ${rate(out)}   in ${rate(back)}   ${Math.round(bytes / count)} bytes each`);
}
