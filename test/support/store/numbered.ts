/** Exchanges that differ in their ids, by number. */
import type { Exchange } from '../../../core/index.ts';
import { exchange, flow, NOON_MICROS } from '../exchanges/index.ts';

/** Exchange `n` of a test: at `atMicros` behind noon, with a flow, a trace and a place of its own. */
export function numbered(n: number, atMicros = n * 1000, changes: Partial<Exchange> = {}): Exchange {
  const onFlow = flow({ id: n.toString(16).padStart(16, '0') });
  return exchange({
    id: { at: NOON_MICROS + atMicros, flow: onFlow.id, offset: 0, index: 0 },
    flow: onFlow,
    trace: { traceId: `${'f0'.repeat(8)}${n.toString(16).padStart(16, '0')}`, spanId: '', parentSpanId: '' },
    ...changes,
  });
}

export function numberedUpTo(count: number, changes: (n: number) => Partial<Exchange> = () => ({})): Exchange[] {
  return Array.from({ length: count }, (_, n) => numbered(n, n * 1000, changes(n)));
}
