/**
 * The life of a flow behind its first segment: when it opens, how long it waits, what ends it.
 *
 *     tracked ──▶ open ──▶ closed, remembered ──▶ forgotten
 *        └──── never answered ──────────────────────▲
 *
 * Keeps every bound of `options.ts`: each call leaves sums and queues true.
 */
import type { CloseReason, Ledger, Micros } from '../../core/index.ts';
import type { ChunkOutput } from './chunk-output.ts';
import type { Drain } from './drain.ts';
import { FlowOpener } from './flow-opener.ts';
import { FlowQueues } from './flow-queues.ts';
import type { FlowTable } from './flow-table.ts';
import type { AssemblerOptions } from './options.ts';
import type { PacketTracer } from './packet-tracer.ts';
import { isExact } from './reset-judgement.ts';
import type { Reset, TrackedFlow } from './tracked-flow.ts';

export interface FlowLifetimesDeps {
  readonly flows: FlowTable;
  readonly drain: Drain;
  readonly output: ChunkOutput;
  readonly ledger: Ledger;
  readonly tracer: PacketTracer | undefined;
}

export class FlowLifetimes {
  readonly #options: AssemblerOptions;
  readonly #flows: FlowTable;
  readonly #drain: Drain;
  readonly #output: ChunkOutput;
  readonly #ledger: Ledger;
  readonly #tracer: PacketTracer | undefined;
  readonly #queues = new FlowQueues();
  readonly #opener: FlowOpener;
  /** Time of the capture: the latest packet or tick. */
  now: Micros = 0;

  constructor(options: AssemblerOptions, { flows, drain, output, ledger, tracer }: FlowLifetimesDeps) {
    this.#options = options;
    this.#flows = flows;
    this.#drain = drain;
    this.#output = output;
    this.#ledger = ledger;
    this.#tracer = tracer;
    this.#opener = new FlowOpener(options.serverPorts, ledger);
  }

  /** Hands on what the last segment made ready, and sees to it that whatever still waits does so within bounds. */
  settle(flow: TrackedFlow): void {
    const { fromA, fromB } = flow;
    if (flow.flow === undefined && fromA.isn !== undefined && fromB.isn !== undefined) this.#open(flow);
    if (flow.flow === undefined) {
      if (flow.reset !== undefined) {
        this.#finish(flow, 'rst');
        return;
      }
      if (flow.hasPlainData) this.#await(flow, false);
    } else {
      const progress = this.#drain.run(flow);
      if (flow.reset !== undefined && isDue(flow.reset, flow)) {
        this.#finish(flow, 'rst');
        return;
      }
      const gapInA = fromA.provenTo > fromA.next;
      const gapInB = fromB.provenTo > fromB.next;
      if (!gapInA && !gapInB && flow.reset === undefined) this.#queues.stopWaiting(flow);
      else if ((gapInA && fromA.absent) || (gapInB && fromB.absent)) this.#stopWaiting(flow);
      else this.#await(flow, progress);
    }
    this.#bound(flow);
  }

  /** Ends what has waited, been idle or been remembered for long enough. */
  checkDeadlines(): void {
    const { now } = this;
    const { reorderWaitMs, gapWaitMs, idleTimeoutMs, lingerMs } = this.#options;
    const waitedFrom = now - reorderWaitMs * 1000;
    for (let flow = this.#queues.waitingSince(waitedFrom); flow; flow = this.#queues.waitingSince(waitedFrom)) {
      this.#stopWaiting(flow);
      this.#bound(flow);
    }
    const heldFrom = now - gapWaitMs * 1000;
    for (let flow = this.#queues.oneSidedSince(heldFrom); flow; flow = this.#queues.oneSidedSince(heldFrom)) {
      this.#giveUpHoles(flow, 'one-sided-holes');
      this.#bound(flow);
    }
    for (let flow = this.#flows.quietest; flow !== undefined; flow = this.#flows.quietest) {
      if (flow.lastAt + idleTimeoutMs * 1000 > now) break;
      this.#ledger.addFact('flows-timed-out');
      this.forget(flow, 'timeout');
    }
    for (let flow = this.#flows.firstClosed; flow !== undefined; flow = this.#flows.firstClosed) {
      if (flow.lastAt + lingerMs * 1000 > now) break;
      this.#remove(flow);
    }
  }

  /** Sees to it that one more flow can be remembered. */
  makeRoom(): void {
    while (this.#flows.size >= this.#options.maxFlows) {
      const closed = this.#flows.firstClosed;
      if (closed !== undefined) this.#remove(closed);
      else if (this.#flows.quietest !== undefined) this.evict(this.#flows.quietest);
    }
  }

  evict(flow: TrackedFlow): void {
    if (!flow.closed) this.#ledger.addFact('flows-evicted');
    this.forget(flow, 'evicted');
  }

  /** Another flow takes the ports of this one. */
  replace(flow: TrackedFlow): void {
    if (!flow.closed) this.#ledger.addFact('flows-replaced');
    this.forget(flow, 'timeout');
  }

  /** Ends the flow, where it has not ended, and forgets it. */
  forget(flow: TrackedFlow, reason: CloseReason): void {
    if (!flow.closed) this.#end(flow, reason);
    this.#remove(flow);
  }

  /** Nothing more comes: everything held comes out, every flow closes. */
  end(): void {
    for (let flow = this.#flows.quietest; flow !== undefined; flow = this.#flows.quietest) {
      this.forget(flow, 'source-ended');
    }
    for (let flow = this.#flows.firstClosed; flow !== undefined; flow = this.#flows.firstClosed) this.#remove(flow);
  }

  #open(flow: TrackedFlow): void {
    if (flow.supplants !== undefined && !flow.supplants.closed) {
      this.#tracer?.remark('flow-replaced');
      this.replace(flow.supplants);
    }
    flow.supplants = undefined;
    const opened = this.#opener.open(flow);
    this.#tracer?.flowOpened(flow, opened);
    this.#output.add({ kind: 'open', flow: opened, at: opened.startedAt });
  }

  /** The flow waits for packets out of order; `progress` begins the wait anew. */
  #await(flow: TrackedFlow, progress: boolean): void {
    if (flow.waitingSince === undefined || progress) {
      this.#queues.wait(flow, this.now);
      return;
    }
    flow.waitingPackets++;
    if (flow.waitingPackets >= this.#options.reorderPackets) this.#stopWaiting(flow);
  }

  /** What was waited for does not come. */
  #stopWaiting(flow: TrackedFlow): void {
    this.#queues.stopWaiting(flow);
    if (flow.flow === undefined) this.#open(flow);
    for (const half of [flow.fromA, flow.fromB]) if (!half.seen) half.absent = true;
    this.#drain.runPastProven(flow, this.now);
    if (flow.reset === undefined) return;
    if (isExact(flow.reset.half, flow.reset.position)) {
      this.#finish(flow, 'rst');
      return;
    }
    this.#ledger.addFact('resets-challenged');
    flow.reset = undefined;
  }

  /** Keeps count of what the flow holds, and enforces the bounds on that. */
  #bound(flow: TrackedFlow): void {
    if (flow.closed) return;
    const { fromA, fromB } = flow;
    if (fromA.closed && fromB.closed) {
      this.#drop(flow);
      this.#flows.retire(flow);
      return;
    }
    const { maxHeldBytesPerFlow, maxOneSidedHeldBytes, maxHeldBytes } = this.#options;
    const oneSided = !(fromA.seen && fromB.seen);
    const cost = fromA.held.cost + fromB.held.cost;
    if (cost > maxHeldBytesPerFlow) this.#giveUpHoles(flow, 'flows-over-held-bytes');
    else if (oneSided && cost > maxOneSidedHeldBytes) this.#giveUpHoles(flow, 'one-sided-holes');
    this.#queues.measure(flow, this.now);
    while (this.#queues.heldCost > maxHeldBytes) {
      const longest = this.#queues.holdingLongest as TrackedFlow;
      this.#giveUpHoles(longest, 'flows-over-total-held-bytes');
      this.#queues.measure(longest, this.now);
    }
  }

  #giveUpHoles(flow: TrackedFlow, fact: string): void {
    this.#ledger.addFact(fact);
    this.#queues.stopWaiting(flow);
    if (flow.flow === undefined) this.#open(flow);
    this.#drain.runPastHoles(flow, 'evicted', this.now);
  }

  /** The flow is over, whatever it still waits for; late packets of it are still known. */
  #finish(flow: TrackedFlow, reason: CloseReason): void {
    this.#end(flow, reason);
    this.#flows.retire(flow);
  }

  #end(flow: TrackedFlow, reason: CloseReason): void {
    const { fromA, fromB } = flow;
    if (flow.flow === undefined && (fromA.held.length > 0 || fromB.held.length > 0)) this.#open(flow);
    if (flow.flow === undefined) this.#ledger.addFact('flows-unanswered');
    else {
      this.#drain.runToEnd(flow, this.now);
      const first = flow.fromClient ?? fromA;
      this.#output.close(flow, first, reason, this.now);
      this.#output.close(flow, flow.peerOf(first), reason, this.now);
    }
    this.#drop(flow);
  }

  /** The flow holds and waits for nothing any more. */
  #drop(flow: TrackedFlow): void {
    this.#queues.stopWaiting(flow);
    this.#queues.measure(flow, this.now);
  }

  #remove(flow: TrackedFlow): void {
    this.#flows.remove(flow);
    this.#opener.release(flow);
  }
}

function isDue({ half, position, needs }: Reset, flow: TrackedFlow): boolean {
  return half.next >= position && flow.peerOf(half).hasReached(needs);
}
