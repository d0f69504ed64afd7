/** A store of many GETs of shop pages, one each so many µs, written without holding them. */
import type { Exchange } from '../../../core/index.ts';
import { openStore } from '../../../store/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../exchanges/index.ts';

const APPEND = 256;
const CLIENTS = 50;
const ANSWER = 'a page of the shop, with prices and words about each of its items. '.repeat(15);

export async function writeRecording(path: string, count: number, gapMicros: number): Promise<void> {
  const { store } = await openStore({ path });
  const flows = Array.from({ length: CLIENTS }, (_, client) =>
    flow({
      id: (client + 1).toString(16).padStart(16, '0'),
      client: { address: `10.0.1.${client}`, port: 40_000 },
      server: { address: '192.0.2.80', port: 80 },
    }),
  );
  for (let first = 0; first < count; first += APPEND) {
    const lot = Math.min(APPEND, count - first);
    await store.append(Array.from({ length: lot }, (_, n) => page(first + n, gapMicros, flows)));
  }
  await store.close();
}

function page(n: number, gapMicros: number, flows: readonly Exchange['flow'][]): Exchange {
  const at = NOON_MICROS + n * gapMicros;
  const onFlow = flows[n % flows.length] as Exchange['flow'];
  const path = `/items/${n}`;
  const seen = { firstByteAt: at, lastByteAt: at, streamOffset: n * 100 };
  const body = `${n} ${ANSWER}`;
  return exchange({
    id: { at, flow: onFlow.id, offset: n * 100, index: 0 },
    flow: onFlow,
    session: onFlow.id,
    operation: `GET ${path}`,
    path,
    trace: undefined,
    request: message(`GET ${path} HTTP/1.1\r\nHost: shop.example\r\nAccept: text/html\r\n\r\n`, '', seen),
    response: message(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`, body, {
      ...seen,
      firstByteAt: at + 500,
      lastByteAt: at + 500,
    }),
  });
}
