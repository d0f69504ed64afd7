/**
 * Two views of one exchange: a call between two captured hosts is seen by its caller and by its callee, as the same
 * bytes of the same flow, at times that differ by the network and by the two clocks.
 */
import type { Micros } from '../units.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeId } from './exchange-id.ts';
import { exchangeLatencyMicros } from './latency.ts';

/** Views may lie apart so far: clocks of one cluster that are worse are broken. */
export const MAX_VIEW_SKEW_MICROS: Micros = 10_000_000;

/** Ids remembered at most: at more than 10,000 exchanges a second the window is shorter. */
const MAX_REMEMBERED = 100_000;

export function isSameExchange(one: ExchangeId, other: ExchangeId): boolean {
  return (
    one.offset === other.offset &&
    one.index === other.index &&
    one.flow === other.flow &&
    Math.abs(one.at - other.at) <= MAX_VIEW_SKEW_MICROS
  );
}

/** The view of the caller: as the flow says, otherwise the one that took longer, otherwise the first given. */
export function callersView(one: Exchange, other: Exchange): Exchange {
  for (const [view, apart] of [
    [one, other],
    [other, one],
  ] as const) {
    if (view.flow.vantage === 'caller' && apart.flow.vantage !== 'caller') return view;
    if (apart.flow.vantage === 'callee' && view.flow.vantage !== 'callee') return view;
  }
  return (exchangeLatencyMicros(other) ?? -1) > (exchangeLatencyMicros(one) ?? -1) ? other : one;
}

/** Tells the second view of an exchange in a stream that is in the order of time, either way. */
export class SeenViews {
  readonly #seen = new Map<string, Micros>();

  /** Whether another view of it has been seen; it is remembered either way. */
  isRepeated({ at, flow, offset, index }: ExchangeId): boolean {
    const key = `${flow}-${offset}-${index}`;
    const known = this.#seen.get(key);
    if (known !== undefined && Math.abs(known - at) <= MAX_VIEW_SKEW_MICROS) return true;
    this.#seen.delete(key);
    this.#seen.set(key, at);
    this.#forget(at);
    return false;
  }

  /** The oldest remembered are in front. */
  #forget(at: Micros): void {
    for (const [key, seenAt] of this.#seen) {
      if (this.#seen.size <= MAX_REMEMBERED && Math.abs(seenAt - at) <= MAX_VIEW_SKEW_MICROS) return;
      this.#seen.delete(key);
    }
  }
}
