/**
 * Packets → stream chunks: every flow of a capture, each direction in order.
 *
 *     packet ─▶ decode ─▶ flow ─┬─ in order, nothing waits ──────────────▶ chunks      (nearly always)
 *                               └─▶ intake ─▶ held ─▶ drain ─▶ bounds ───▶ chunks
 *
 * Time is that of the capture: the latest packet or tick. Both accounts, `packets` and `segment bytes`, add up after
 * every call. What bounds do is in `options.ts`, and counted as facts.
 */
import type { Account, CloseReason, Ledger, Micros, Packet, StreamChunk } from '../../core/index.ts';
import { PacketDecoder } from '../decode/packet-decoder.ts';
import { type Segment, TCP_FLAG } from '../decode/segment.ts';
import { ChunkOutput } from './chunk-output.ts';
import { Drain } from './drain.ts';
import { FlowQueues } from './flow-queues.ts';
import { FlowTable } from './flow-table.ts';
import { type HalfFlow, NOT_ENDED } from './half-flow.ts';
import { openFlow } from './open-flow.ts';
import { type AssemblerOptions, toAssemblerOptions } from './options.ts';
import { SegmentIntake } from './segment-intake.ts';
import type { TrackedFlow } from './tracked-flow.ts';

const CONTROL_FLAGS = TCP_FLAG.fin | TCP_FLAG.syn | TCP_FLAG.rst;
/** How often deadlines are looked at, µs of capture time: finer than any of them. */
const CHECK_INTERVAL: Micros = 1_000;

export class StreamAssembler {
  readonly #options: AssemblerOptions;
  readonly #ledger: Ledger;
  readonly #packets: Account;
  readonly #bytes: Account;
  readonly #decoder: PacketDecoder;
  readonly #output: ChunkOutput;
  readonly #drain: Drain;
  readonly #intake: SegmentIntake;
  readonly #flows = new FlowTable();
  readonly #queues = new FlowQueues();
  #now: Micros = 0;
  #nextCheckAt: Micros = 0;

  /** @throws BytecopyError `ASSEMBLER_OPTION_INVALID` for a bound that is not a positive integer */
  constructor(options: Partial<AssemblerOptions>, { ledger }: { readonly ledger: Ledger }) {
    this.#options = toAssemblerOptions(options);
    this.#ledger = ledger;
    this.#packets = ledger.account('packets', 'decoded');
    this.#bytes = ledger.account('segment bytes', 'reassembled');
    this.#decoder = new PacketDecoder(this.#options, { ledger });
    this.#output = new ChunkOutput(this.#bytes);
    this.#drain = new Drain(this.#output, this.#bytes);
    this.#intake = new SegmentIntake(this.#bytes, ledger);
  }

  /**
   * @param packet the next one of the capture; views of its bytes go into the chunks
   * @returns the chunks that it completes; a shared empty array when there are none
   */
  push(packet: Packet): readonly StreamChunk[] {
    this.#push(packet);
    return this.#output.take();
  }

  /** The same for packets that came together: one array for all their chunks costs much less than one a packet. */
  pushAll(packets: readonly Packet[]): readonly StreamChunk[] {
    for (let i = 0; i < packets.length; i++) this.#push(packets[i] as Packet);
    return this.#output.take();
  }

  #push(packet: Packet): void {
    if (packet.at > this.#now) this.#now = packet.at;
    if (this.#now >= this.#nextCheckAt) this.#checkDeadlines();
    this.#packets.in++;
    const outcome = this.#decoder.decode(packet);
    const { segment } = this.#decoder;
    if (outcome === 'segment') this.#take(segment);
    else if (outcome !== 'held') this.#packets.setAside('ignored', outcome, segment.packetCount);
  }

  /** The capture's time is `at` by now, although no packet says so. */
  tick(at: Micros): readonly StreamChunk[] {
    if (at > this.#now) this.#now = at;
    this.#checkDeadlines();
    return this.#output.take();
  }

  /** The source ended: everything held comes out, every flow closes. */
  end(at: Micros): readonly StreamChunk[] {
    if (at > this.#now) this.#now = at;
    this.#decoder.end();
    for (let flow = this.#flows.quietest; flow !== undefined; flow = this.#flows.quietest) {
      this.#forget(flow, 'source-ended');
    }
    for (let flow = this.#flows.firstClosed; flow !== undefined; flow = this.#flows.firstClosed)
      this.#flows.remove(flow);
    return this.#output.take();
  }

  #take(segment: Segment): void {
    const flow = this.#flows.find(segment);
    if (flow === undefined) {
      this.#takeFirst(segment);
      return;
    }
    const half = this.#flows.found as HalfFlow;
    if (!this.#takeInOrder(flow, half, segment)) this.#takeAny(flow, half, segment);
  }

  /**
   * The usual segment: the next bytes of a direction, or an ACK of what was seen, with nothing waiting anywhere in the
   * flow. Its bytes are handed on without a copy.
   *
   * @returns false, with nothing changed, when the segment is not of this kind
   */
  #takeInOrder(flow: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
    const peer = flow.peerOf(half);
    const captured = segment.end - segment.start;
    if (
      flow.flow === undefined ||
      flow.closed ||
      (segment.flags & CONTROL_FLAGS) !== 0 ||
      (segment.flags & TCP_FLAG.ack) === 0 ||
      segment.sequence !== half.nextSequence ||
      segment.interfaceId !== half.interfaceId ||
      !half.seen ||
      captured !== segment.byteCount ||
      half.finAt !== NOT_ENDED ||
      !peer.anchored ||
      flow.waitingSince !== undefined ||
      flow.heldCost !== 0
    ) {
      return false;
    }
    const acknowledged = (segment.acknowledgment - peer.nextSequence) | 0;
    if (acknowledged > 0 || half.acked > half.next) return false;
    const position = peer.next + acknowledged;
    if (position > peer.acked) peer.acked = position;
    half.window = segment.window;
    this.#packets.out += segment.packetCount;
    this.#flows.touch(flow, this.#now);
    if (captured > 0) {
      this.#bytes.in += captured;
      // Cheaper than `subarray`, above all than that of a Buffer, and it is done for every segment.
      this.#output.data(
        flow,
        half,
        new Uint8Array(segment.data.buffer, segment.data.byteOffset + segment.start, captured),
        segment.at,
      );
    }
    return true;
  }

  /** A segment of a flow that is not known: a SYN or bytes begin one, anything else tells nothing. */
  #takeFirst(segment: Segment): void {
    const { flags, byteCount } = segment;
    const probe = byteCount === 1 && (flags & TCP_FLAG.psh) === 0;
    const syn = (flags & TCP_FLAG.syn) !== 0;
    if ((flags & TCP_FLAG.rst) !== 0 || (!syn && (byteCount === 0 || probe))) {
      this.#countDecoded(segment);
      this.#intake.discard(segment, probe ? 'keep-alive' : 'reset-payload');
      return;
    }
    while (this.#flows.size >= this.#options.maxFlows) this.#makeRoom();
    const { flow, crowdedOut } = this.#flows.add(segment, this.#now);
    if (crowdedOut !== undefined) this.#evict(crowdedOut);
    this.#countDecoded(segment);
    this.#intake.take(flow, flow.fromA, segment);
    this.#settle(flow);
  }

  #takeAny(flow: TrackedFlow, half: HalfFlow, segment: Segment): void {
    if (this.#intake.beginsAnother(flow, half, segment)) {
      if (!flow.closed) this.#ledger.addFact('flows-replaced');
      this.#forget(flow, 'timeout');
      this.#takeFirst(segment);
      return;
    }
    const again = half.seen && segment.interfaceId !== half.interfaceId;
    if (again && (flow.closed || !this.#intake.bringsNews(flow, half, segment))) {
      this.#packets.setAside('ignored', 'seen-on-another-interface', segment.packetCount);
      return;
    }
    this.#countDecoded(segment);
    this.#flows.touch(flow, this.#now);
    if (flow.closed) {
      const end = half.positionOf(segment.sequence) + segment.byteCount;
      this.#intake.discard(segment, end <= half.next ? 'duplicate' : 'after-close');
      return;
    }
    this.#intake.take(flow, half, segment);
    this.#settle(flow);
  }

  #countDecoded(segment: Segment): void {
    this.#packets.out += segment.packetCount;
    this.#bytes.in += segment.end - segment.start;
  }

  /** Hands on what the last segment made ready, and sees to it that whatever still waits does so within bounds. */
  #settle(flow: TrackedFlow): void {
    const { fromA, fromB } = flow;
    if (flow.flow === undefined && fromA.isn !== undefined && fromB.isn !== undefined) this.#open(flow);
    if (flow.flow === undefined) {
      if (flow.resetFrom !== undefined) {
        this.#finish(flow, 'rst');
        return;
      }
      if (flow.hasPlainData) this.#await(flow, false);
    } else {
      const progress = this.#drain.run(flow);
      if (flow.resetFrom !== undefined && this.#resetIsDue(flow, flow.resetFrom)) {
        this.#finish(flow, 'rst');
        return;
      }
      const gapInA = fromA.provenTo > fromA.next;
      const gapInB = fromB.provenTo > fromB.next;
      if (!gapInA && !gapInB && flow.resetFrom === undefined) this.#queues.stopWaiting(flow);
      else if ((gapInA && fromA.absent) || (gapInB && fromB.absent)) this.#stopWaiting(flow);
      else this.#await(flow, progress);
    }
    this.#bound(flow);
  }

  #resetIsDue(flow: TrackedFlow, half: HalfFlow): boolean {
    return half.next >= flow.resetAt && flow.peerOf(half).hasReached(flow.resetNeeds);
  }

  #open(flow: TrackedFlow): void {
    this.#ledger.addFact('flows');
    const opened = openFlow(flow, this.#options.serverPorts);
    if (opened.orientation !== 'handshake') this.#ledger.addFact('flows-mid-stream');
    this.#output.add({ kind: 'open', flow: opened, at: opened.startedAt });
  }

  /** The flow waits for packets out of order; `progress` begins the wait anew. */
  #await(flow: TrackedFlow, progress: boolean): void {
    if (flow.waitingSince === undefined || progress) {
      this.#queues.wait(flow, this.#now);
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
    this.#drain.runPastProven(flow, this.#now);
    if (flow.resetFrom !== undefined) this.#finish(flow, 'rst');
  }

  /** Keeps count of what the flow holds, and enforces the bounds on that. */
  #bound(flow: TrackedFlow): void {
    if (flow.closed) return;
    const { fromA, fromB } = flow;
    if (fromA.closed && fromB.closed) {
      this.#drop(flow);
      this.#flows.retire(flow, this.#now);
      return;
    }
    const { maxHeldBytesPerFlow, maxOneSidedHeldBytes, maxHeldBytes } = this.#options;
    const oneSided = !(fromA.seen && fromB.seen);
    const cost = fromA.held.cost + fromB.held.cost;
    if (cost > maxHeldBytesPerFlow) this.#giveUpHoles(flow, 'flows-over-held-bytes');
    else if (oneSided && cost > maxOneSidedHeldBytes) this.#giveUpHoles(flow, 'one-sided-holes');
    this.#queues.measure(flow, this.#now);
    while (this.#queues.heldCost > maxHeldBytes) {
      const longest = this.#queues.holdingLongest as TrackedFlow;
      this.#giveUpHoles(longest, 'flows-over-total-held-bytes');
      this.#queues.measure(longest, this.#now);
    }
  }

  #giveUpHoles(flow: TrackedFlow, fact: string): void {
    this.#ledger.addFact(fact);
    this.#queues.stopWaiting(flow);
    if (flow.flow === undefined) this.#open(flow);
    this.#drain.runPastHoles(flow, 'evicted', this.#now);
  }

  #checkDeadlines(): void {
    const now = this.#now;
    const { reorderWaitMs, gapWaitMs, idleTimeoutMs, lingerMs } = this.#options;
    this.#nextCheckAt = now + CHECK_INTERVAL;
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
      this.#forget(flow, 'timeout');
    }
    for (let flow = this.#flows.firstClosed; flow !== undefined; flow = this.#flows.firstClosed) {
      if (flow.lastAt + lingerMs * 1000 > now) break;
      this.#flows.remove(flow);
    }
  }

  #makeRoom(): void {
    const closed = this.#flows.firstClosed;
    if (closed !== undefined) this.#flows.remove(closed);
    else if (this.#flows.quietest !== undefined) this.#evict(this.#flows.quietest);
  }

  #evict(flow: TrackedFlow): void {
    if (!flow.closed) this.#ledger.addFact('flows-evicted');
    this.#forget(flow, 'evicted');
  }

  /** The flow is over, whatever it still waits for; late packets of it are still known. */
  #finish(flow: TrackedFlow, reason: CloseReason): void {
    this.#end(flow, reason);
    this.#flows.retire(flow, this.#now);
  }

  #forget(flow: TrackedFlow, reason: CloseReason): void {
    if (!flow.closed) this.#end(flow, reason);
    this.#flows.remove(flow);
  }

  #end(flow: TrackedFlow, reason: CloseReason): void {
    const { fromA, fromB } = flow;
    if (flow.flow === undefined && (fromA.held.length > 0 || fromB.held.length > 0)) this.#open(flow);
    if (flow.flow === undefined) this.#ledger.addFact('flows-unanswered');
    else {
      this.#drain.runToEnd(flow, this.#now);
      const first = flow.fromClient ?? fromA;
      this.#output.close(flow, first, reason, this.#now);
      this.#output.close(flow, flow.peerOf(first), reason, this.#now);
    }
    this.#drop(flow);
  }

  /** The flow holds and waits for nothing any more. */
  #drop(flow: TrackedFlow): void {
    this.#queues.stopWaiting(flow);
    this.#queues.measure(flow, this.#now);
  }
}
