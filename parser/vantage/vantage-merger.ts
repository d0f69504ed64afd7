/**
 * One flow seen at two places or more, such as before and behind an address translation or a tunnel: every exchange
 * comes from each of the views, and leaves once.
 *
 *   view 1  ──▶ held ─┐
 *                     ├─ begins at the same byte of a side ──▶ one, seen at both ends
 *   view 2  ──▶ held ─┘
 *              └────── nothing like it came in time ─────────▶ alone, as seen
 *
 * Held in time (by the ticks that pass) and number. What left is remembered for a while: a further view of it is set
 * aside as `merged`, unless it is more whole than what left.
 */
import type { Exchange, ExchangeId, Flow, Micros, RequestReady, StreamOffset } from '../../core/index.ts';
import type { ExchangeSink, ParserContext } from '../parser-context.ts';
import { areViewsOfOne, mergeViews, type Wholeness, wholenessOf } from './merged-exchange.ts';
import { setAsideMerged } from './merged-messages.ts';
import { isSameView } from './same-view.ts';

/** A whole exchange waits so long for the other view: far longer than a packet is on its way. */
const MAX_WHOLE_HELD_MICROS: Micros = 1_000_000;
/** What is not whole waits longer: the other view may still be waiting for the answer. */
const MAX_BROKEN_HELD_MICROS: Micros = 10_000_000;
/** Exchanges of one flow held at a time; the oldest leaves alone. */
const MAX_HELD = 256;
/** Messages remembered that left already. */
const MAX_REMEMBERED = 1024;

interface HeldView {
  readonly exchange: Exchange;
  readonly view: Flow;
  /** The first tick after it came; undefined before. */
  since: Micros | undefined;
}

export class VantageMerger {
  readonly #context: ParserContext;
  readonly #out: ExchangeSink;
  /** The view that began first. */
  #caller: Flow;
  /** The same as seen from both ends; one object for all exchanges. */
  #merged: Flow;
  #held: HeldView[] = [];
  /** How whole what left was, by the offset of its request and of its response. */
  readonly #leftByRequest = new Map<StreamOffset, Wholeness>();
  readonly #leftByResponse = new Map<StreamOffset, Wholeness>();
  readonly #announced = new Map<StreamOffset, ExchangeId>();

  constructor(context: ParserContext, out: ExchangeSink, first: Flow) {
    this.#context = context;
    this.#out = out;
    this.#caller = first;
    this.#merged = { ...first, vantage: 'both' };
  }

  addView(view: Flow): void {
    if (view.startedAt >= this.#caller.startedAt) return;
    this.#caller = view;
    this.#merged = { ...view, vantage: 'both' };
  }

  /** Announces a request that no view has announced. */
  request(ready: RequestReady): void {
    const { offset } = ready.id;
    if (this.#announced.has(offset) || this.#leftByRequest.has(offset)) return;
    remember(this.#announced, offset, ready.id);
    this.#out.request(ready);
  }

  exchange(exchange: Exchange): void {
    if (this.#hasLeft(exchange)) {
      setAsideMerged(exchange, this.#context);
      return;
    }
    const place = this.#held.findIndex(
      (held) => !isSameView(held.view, exchange.flow) && areViewsOfOne(held.exchange, exchange),
    );
    if (place >= 0) this.#merge((this.#held.splice(place, 1)[0] as HeldView).exchange, exchange);
    else {
      this.#held.push({ exchange, view: exchange.flow, since: undefined });
      if (this.#held.length > MAX_HELD) this.#leaveAlone((this.#held.shift() as HeldView).exchange);
    }
  }

  tick(at: Micros): void {
    if (this.#held.length === 0) return;
    const staying: HeldView[] = [];
    for (const held of this.#held) {
      held.since ??= at;
      const bound = wholenessOf(held.exchange) === 3 ? MAX_WHOLE_HELD_MICROS : MAX_BROKEN_HELD_MICROS;
      if (at - held.since >= bound) this.#leaveAlone(held.exchange);
      else staying.push(held);
    }
    this.#held = staying;
  }

  /** No view says anything more: what is held leaves. */
  end(): void {
    for (const { exchange } of this.#held) this.#leaveAlone(exchange);
    this.#held = [];
  }

  #merge(one: Exchange, other: Exchange): void {
    const [caller, callee] = one.flow.startedAt <= other.flow.startedAt ? [one, other] : [other, one];
    const merged = mergeViews(caller, callee, this.#merged, this.#idOf(caller, callee));
    const [kept, given] = wholenessOf(callee) > wholenessOf(caller) ? [callee, caller] : [caller, callee];
    setAsideMerged(given, this.#context);
    if (kept.reason !== '' && merged.reason === '') this.#context.counts.broken--;
    this.#leave(merged);
  }

  /** No less whole, as another view gave it. */
  #hasLeft(exchange: Exchange): boolean {
    const left = Math.max(
      (exchange.request && this.#leftByRequest.get(exchange.request.streamOffset)) ?? 0,
      (exchange.response && this.#leftByResponse.get(exchange.response.streamOffset)) ?? 0,
    );
    return left >= wholenessOf(exchange);
  }

  #leaveAlone(exchange: Exchange): void {
    if (this.#hasLeft(exchange)) {
      setAsideMerged(exchange, this.#context);
      return;
    }
    const isCallers = isSameView(exchange.flow, this.#caller);
    const flow: Flow = { ...exchange.flow, vantage: isCallers ? 'caller' : 'callee' };
    this.#leave({ ...exchange, id: this.#idOf(exchange, exchange), flow });
  }

  /** The announced one where it was announced, or else the caller's, of the view that has the request. */
  #idOf(caller: Exchange, callee: Exchange): ExchangeId {
    const asked = caller.request !== undefined || callee.request === undefined ? caller : callee;
    return (asked.request && this.#announced.get(asked.request.streamOffset)) ?? asked.id;
  }

  #leave(exchange: Exchange): void {
    const wholeness = wholenessOf(exchange);
    if (exchange.request !== undefined) remember(this.#leftByRequest, exchange.request.streamOffset, wholeness);
    if (exchange.response !== undefined) remember(this.#leftByResponse, exchange.response.streamOffset, wholeness);
    this.#out.exchange(exchange);
  }
}

function remember<V>(map: Map<StreamOffset, V>, offset: StreamOffset, value: V): void {
  map.delete(offset);
  map.set(offset, value);
  if (map.size <= MAX_REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
