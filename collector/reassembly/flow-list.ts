/** Flows in the order in which they were last heard of, linked through themselves: every step takes constant time. */
import type { TrackedFlow } from './tracked-flow.ts';

/** A flow is in at most one list at a time. */
export class FlowList {
  #quietest: TrackedFlow | undefined;
  #busiest: TrackedFlow | undefined;

  get quietest(): TrackedFlow | undefined {
    return this.#quietest;
  }

  get busiest(): TrackedFlow | undefined {
    return this.#busiest;
  }

  append(flow: TrackedFlow): void {
    flow.quieter = this.#busiest;
    flow.busier = undefined;
    if (this.#busiest === undefined) this.#quietest = flow;
    else this.#busiest.busier = flow;
    this.#busiest = flow;
  }

  unlink(flow: TrackedFlow): void {
    if (flow.quieter === undefined) this.#quietest = flow.busier;
    else flow.quieter.busier = flow.busier;
    if (flow.busier === undefined) this.#busiest = flow.quieter;
    else flow.busier.quieter = flow.quieter;
    flow.quieter = undefined;
    flow.busier = undefined;
  }
}
