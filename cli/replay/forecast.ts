/** What a replay is about to do, from one pass over the recording: length, peak, writes by operation, what stays behind. */
import type { Exchange, Micros } from '../../core/index.ts';
import { isReadOnlyVerb } from '../../parser/index.ts';

export interface Forecast {
  readonly exchanges: number;
  /** Whole HTTP requests: what can be sent at all. */
  readonly whole: number;
  /** First and last request; equal where there is one, 0 where there is none. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
  /** Most requests recorded within one second of the clock. */
  readonly peakPerSecond: number;
  /** Operations that may change something, most frequent first. */
  readonly writes: readonly { readonly operation: string; readonly count: number }[];
}

/** Operations kept apart; paths with ids in them would otherwise grow without bound. */
const MAX_OPERATIONS = 1_000;

export async function forecast(pages: AsyncIterable<readonly Exchange[]>): Promise<Forecast> {
  const writes = new Map<string, number>();
  let exchanges = 0;
  let whole = 0;
  let firstAt = 0;
  let lastAt = 0;
  let second = 0;
  let inSecond = 0;
  let peakPerSecond = 0;
  for await (const page of pages) {
    for (const exchange of page) {
      exchanges++;
      if (!isWhole(exchange)) continue;
      whole++;
      const { at } = exchange.id;
      if (firstAt === 0) firstAt = at;
      lastAt = at;
      const now = Math.floor(at / 1_000_000);
      inSecond = now === second ? inSecond + 1 : 1;
      second = now;
      peakPerSecond = Math.max(peakPerSecond, inSecond);
      if (!isReadOnlyVerb(exchange.verb)) {
        const operation =
          writes.size < MAX_OPERATIONS || writes.has(exchange.operation) ? exchange.operation : 'others';
        writes.set(operation, (writes.get(operation) ?? 0) + 1);
      }
    }
  }
  return {
    exchanges,
    whole,
    firstAt,
    lastAt,
    peakPerSecond,
    writes: [...writes]
      .map(([operation, count]) => ({ operation, count }))
      .sort((one, other) => other.count - one.count),
  };
}

function isWhole({ protocol, request }: Exchange): boolean {
  return protocol === 'http1' && request?.complete === true && !request.truncated;
}
