/**
 * Flows by five-tuple and network, and in the order in which they were last heard of.
 *
 *     key (32-bit hash, the same for both directions) ─▶ flow ─▶ flow with the same key ─▶ …
 *     quietest ◀─▶ … ◀─▶ busiest            open flows
 *     quietest ─▶ … ─▶ busiest              closed flows, remembered a while
 *
 * A look-up builds no string and allocates nothing. Chains are bounded by {@link MAX_CHAIN}, so that packets made to
 * collide cost their sender's flows and nobody's time.
 */
import type { Micros } from '../../core/index.ts';
import type { Segment } from '../decode/segment.ts';
import { FlowList } from './flow-list.ts';
import type { HalfFlow } from './half-flow.ts';
import { TrackedFlow } from './tracked-flow.ts';

/** Flows that may share a key; with honest addresses two hardly ever do. */
export const MAX_CHAIN = 32;

export class FlowTable {
  readonly #byKey = new Map<number, TrackedFlow>();
  readonly #open = new FlowList();
  readonly #closed = new FlowList();
  #size = 0;
  #added = 0;
  /** Direction of the segment in the flow that `find` returned. */
  found: HalfFlow | undefined;

  /** Flows remembered, open and closed. */
  get size(): number {
    return this.#size;
  }

  /** The open flow that was not heard of for longest. */
  get quietest(): TrackedFlow | undefined {
    return this.#open.quietest;
  }

  /** The closed flow that was not heard of for longest. */
  get firstClosed(): TrackedFlow | undefined {
    return this.#closed.quietest;
  }

  /** The segment's flow, and in {@link found} its direction there. */
  find(segment: Segment): TrackedFlow | undefined {
    let flow = this.#byKey.get(keyOf(segment));
    while (flow !== undefined) {
      this.found = flow.halfOf(segment);
      if (this.found !== undefined) return flow;
      flow = flow.nextWithKey;
    }
    return undefined;
  }

  /** A new flow for the segment, and the oldest of its chain where that became too long: the caller closes it. */
  add(segment: Segment, now: Micros): { readonly flow: TrackedFlow; readonly crowdedOut: TrackedFlow | undefined } {
    const key = keyOf(segment);
    this.#added++;
    const flow = new TrackedFlow(segment, key, this.#added, now);
    flow.nextWithKey = this.#byKey.get(key);
    this.#byKey.set(key, flow);
    this.#size++;
    this.#open.append(flow);
    let length = 1;
    let last = flow;
    while (last.nextWithKey !== undefined) {
      last = last.nextWithKey;
      length++;
    }
    return { flow, crowdedOut: length > MAX_CHAIN ? last : undefined };
  }

  /** The flow was heard of: it becomes the busiest, or is remembered on. */
  touch(flow: TrackedFlow, now: Micros): void {
    flow.lastAt = now;
    const list = flow.closed ? this.#closed : this.#open;
    if (flow === list.busiest) return;
    list.unlink(flow);
    list.append(flow);
  }

  /** The flow is closed and only remembered from now on. */
  retire(flow: TrackedFlow): void {
    this.#open.unlink(flow);
    flow.closed = true;
    this.#closed.append(flow);
  }

  remove(flow: TrackedFlow): void {
    (flow.closed ? this.#closed : this.#open).unlink(flow);
    flow.closed = true;
    this.#size--;
    const first = this.#byKey.get(flow.key);
    if (first === flow) {
      if (flow.nextWithKey === undefined) this.#byKey.delete(flow.key);
      else this.#byKey.set(flow.key, flow.nextWithKey);
      return;
    }
    let before = first;
    while (before !== undefined && before.nextWithKey !== flow) before = before.nextWithKey;
    if (before !== undefined) before.nextWithKey = flow.nextWithKey;
  }
}

/** The same for both directions: each end is mixed by itself, and the two are added. */
function keyOf(segment: Segment): number {
  let source = segment.source0;
  let destination = segment.destination0;
  if (segment.ipVersion === 6) {
    source = mix(mix(mix(source, segment.source1), segment.source2), segment.source3);
    destination = mix(mix(mix(destination, segment.destination1), segment.destination2), segment.destination3);
  }
  return (mix(source, segment.sourcePort) + mix(destination, segment.destinationPort) + segment.networkHash) | 0;
}

function mix(state: number, word: number): number {
  let mixed = Math.imul(state ^ Math.imul(word, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 13);
}
