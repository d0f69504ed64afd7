/** Exchanges for the store's figures: seeded, so that every run writes the same bytes. */
import type { Exchange, Message } from '../../core/index.ts';
import { exchange, flow, message, NOON_MICROS } from '../support/exchanges/index.ts';

/** Distinct bodies; a block holds 64 exchanges, so none repeats within what lz4 looks back over. */
const BODIES = 4096;
const ROUTES = ['items', 'shelves', 'prices', 'stock', 'images', 'reviews', 'offers'] as const;
const WORDS = ['lamp', 'chair', 'table', 'shelf', 'mirror', 'carpet', 'clock', 'vase', 'basket', 'blanket'] as const;

/** Exchanges `first` and on: 10,000 a second on 50 flows between three services, 20 operations, one answer in 50 an error. */
export function storeTraffic(count: number, first = 0): Exchange[] {
  const random = seeded(2026 + first);
  const flows = Array.from({ length: 50 }, (_, i) =>
    flow({ id: hex(random, 16), client: { address: '10.0.0.7', port: 40_000 + i } }),
  );
  const slab = new Slab();
  const bodies = Array.from({ length: BODIES }, () => itemList(random));
  return Array.from({ length: count }, (_, n) => {
    const i = first + n;
    const onFlow = flows[i % flows.length] as Exchange['flow'];
    const route = Math.floor(random() * 20);
    const verb = route < 14 ? 'GET' : 'POST';
    const path = route < 14 ? `/${ROUTES[route % 7]}/${WORDS[route % 10]}` : `/orders/${WORDS[route % 10]}`;
    const status = random() < 0.02 ? 503 : 200;
    const at = NOON_MICROS + i * 100;
    const offset = i * 240;
    const traceId = hex(random, 32);
    const body = bodies[i % BODIES] as string;
    return exchange({
      id: { at, flow: onFlow.id, offset, index: 0 },
      flow: onFlow,
      service: ['catalogue', 'orders', 'front'][i % 3] as string,
      verb,
      path,
      operation: `${verb} ${path}`,
      status,
      trace: { traceId, spanId: traceId.slice(0, 16), parentSpanId: '' },
      request: slab.keep(
        message(
          `${verb} ${path}?page=${i % 97} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: shop-app/4.1 (bench)\r\nAccept: application/json\r\ntraceparent: 00-${traceId}-${traceId.slice(0, 16)}-01\r\n\r\n`,
          '',
          { streamOffset: offset, firstByteAt: at, lastByteAt: at },
        ),
      ),
      response: slab.keep(
        message(
          `HTTP/1.1 ${status} OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
          body,
          { streamOffset: i * 1100, firstByteAt: at + 900, lastByteAt: at + 950 },
        ),
      ),
    });
  });
}

/** Puts many messages into few arrays, as packets are in a capture's buffers. */
class Slab {
  #bytes = new Uint8Array(0);
  #used = 0;

  keep(kept: Message): Message {
    const [part] = kept.parts as [Uint8Array];
    if (this.#used + part.length > this.#bytes.length) {
      this.#bytes = new Uint8Array(1024 * 1024);
      this.#used = 0;
    }
    const view = this.#bytes.subarray(this.#used, this.#used + part.length);
    view.set(part);
    this.#used += part.length;
    return { ...kept, parts: [view] };
  }
}

function itemList(random: () => number): string {
  const items = Array.from({ length: 11 }, () => ({
    id: Math.floor(random() * 100_000),
    name: `${WORDS[Math.floor(random() * WORDS.length)]} no. ${Math.floor(random() * 100)}`,
    price: Math.floor(random() * 20_000) / 100,
    stock: Math.floor(random() * 40),
    tags: ['home', WORDS[Math.floor(random() * WORDS.length)]],
  }));
  return JSON.stringify({ items });
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, digits);
}

/** Mulberry32 (public domain). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
