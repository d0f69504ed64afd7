/**
 * Flows that wait or hold bytes, each queue in the order in which its flows began to.
 *
 *     waiting    for packets out of order             until reorderWaitMs
 *     one-sided  above a hole, peer never seen        until gapWaitMs
 *     holding    bytes of any kind, and what it costs until maxHeldBytes
 *
 * Every wait of a queue lasts equally long, so the first of a queue is due first.
 */
import type { ByteCount, Micros } from '../../core/index.ts';
import type { TrackedFlow } from './tracked-flow.ts';

export class FlowQueues {
  readonly #waiting = new Set<TrackedFlow>();
  readonly #oneSided = new Set<TrackedFlow>();
  readonly #holding = new Set<TrackedFlow>();
  #heldCost = 0;

  /** What all held segments cost. */
  get heldCost(): ByteCount {
    return this.#heldCost;
  }

  /** The flow that holds bytes for longest. */
  get holdingLongest(): TrackedFlow | undefined {
    return this.#holding.values().next().value;
  }

  /** The flow waits from now on, whether it did before or not. */
  wait(flow: TrackedFlow, now: Micros): void {
    flow.waitingSince = now;
    flow.waitingPackets = 0;
    this.#waiting.delete(flow);
    this.#waiting.add(flow);
  }

  stopWaiting(flow: TrackedFlow): void {
    if (flow.waitingSince === undefined) return;
    flow.waitingSince = undefined;
    this.#waiting.delete(flow);
  }

  /** Brings sums and queues up to date with what the flow holds. */
  measure(flow: TrackedFlow, now: Micros): void {
    const { fromA, fromB } = flow;
    const cost = fromA.held.cost + fromB.held.cost;
    this.#heldCost += cost - flow.heldCost;
    flow.heldCost = cost;
    if (cost === 0) this.#holding.delete(flow);
    else this.#holding.add(flow);
    if (cost === 0 || (fromA.seen && fromB.seen)) {
      flow.oneSidedSince = undefined;
      this.#oneSided.delete(flow);
    } else if (flow.oneSidedSince === undefined) {
      flow.oneSidedSince = now;
      this.#oneSided.add(flow);
    }
  }

  /** A flow that has waited since `since` or longer. */
  waitingSince(since: Micros): TrackedFlow | undefined {
    const flow: TrackedFlow | undefined = this.#waiting.values().next().value;
    return flow?.waitingSince !== undefined && flow.waitingSince <= since ? flow : undefined;
  }

  /** A flow that has been one-sided above a hole since `since` or longer. */
  oneSidedSince(since: Micros): TrackedFlow | undefined {
    const flow: TrackedFlow | undefined = this.#oneSided.values().next().value;
    return flow?.oneSidedSince !== undefined && flow.oneSidedSince <= since ? flow : undefined;
  }
}
