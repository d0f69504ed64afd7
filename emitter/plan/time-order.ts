/**
 * Puts a recording into the order of its request times. A store scans in that order; what is parsed straight from a file
 * comes as answers ended, so that a request with a slow answer comes late.
 *
 *     pages ──▶ [ held, sorted, at most 2 windows ] ──▶ the older window, as a page
 *
 * An exchange that comes up to {@link WINDOW} places late, or as many as fit {@link MAX_HELD_BYTES}, finds its place; one
 * that comes later still is handed on late. Near order costs nothing: each exchange is inserted from the end.
 */
import type { ByteCount, Exchange, Micros } from '../../core/index.ts';

export const WINDOW = 1_024;
export const MAX_HELD_BYTES: ByteCount = 64 * 1024 * 1024;

export interface OrderLimits {
  readonly window: number;
  readonly maxHeldBytes: ByteCount;
}

const FULL_LIMITS: OrderLimits = { window: WINDOW, maxHeldBytes: MAX_HELD_BYTES };

export async function* inTimeOrder(
  pages: AsyncIterable<readonly Exchange[]>,
  { window, maxHeldBytes }: OrderLimits = FULL_LIMITS,
): AsyncGenerator<readonly Exchange[]> {
  const held: Exchange[] = [];
  let heldBytes = 0;
  for await (const page of pages) {
    for (const exchange of page) {
      insert(held, exchange);
      heldBytes += sizeOf(exchange);
    }
    while (held.length >= 2 * window || (heldBytes > maxHeldBytes && held.length > 1)) {
      const older = held.splice(0, Math.min(window, held.length >> 1));
      for (const exchange of older) heldBytes -= sizeOf(exchange);
      yield older;
    }
  }
  if (held.length > 0) yield held;
}

/** When the request began; the exchange's own time where it has none. */
export function requestTime(exchange: Exchange): Micros {
  return exchange.request?.firstByteAt ?? exchange.id.at;
}

function insert(held: Exchange[], exchange: Exchange): void {
  const at = requestTime(exchange);
  let place = held.length;
  while (place > 0 && requestTime(held[place - 1] as Exchange) > at) place--;
  if (place === held.length) held.push(exchange);
  else held.splice(place, 0, exchange);
}

function sizeOf(exchange: Exchange): ByteCount {
  return (exchange.request?.byteCount ?? 0) + (exchange.response?.byteCount ?? 0);
}
