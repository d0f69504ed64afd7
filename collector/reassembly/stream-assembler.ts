/**
 * Packets → stream chunks: every flow of a capture, each direction in order.
 *
 *     packet ─▶ decode ─▶ flow ─┬─ in order, nothing waits ──────────────────▶ chunks      (nearly always)
 *                               └─▶ intake ─▶ held ─▶ lifetimes ─▶ drain ────▶ chunks
 *
 * Time is that of the capture: the latest packet or tick. Both accounts, `packets` and `segment bytes`, add up after
 * every call. What bounds do is in `options.ts`, and counted as facts.
 */
import type { Account, Ledger, Micros, Packet, PacketWitness, StreamChunk } from '../../core/index.ts';
import { PacketDecoder } from '../decode/packet-decoder.ts';
import { type Segment, TCP_FLAG } from '../decode/segment.ts';
import { ChunkOutput } from './chunk-output.ts';
import { Drain } from './drain.ts';
import { FlowLifetimes } from './flow-lifetimes.ts';
import { FlowTable } from './flow-table.ts';
import type { HalfFlow } from './half-flow.ts';
import { type AssemblerOptions, toAssemblerOptions } from './options.ts';
import { PacketTracer } from './packet-tracer.ts';
import { beginsAnother, chooseFlow, outlasts } from './port-reuse.ts';
import { SegmentIntake } from './segment-intake.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** Flags of segments that are more than the next bytes or an ACK. */
const CONTROL_FLAGS = TCP_FLAG.fin | TCP_FLAG.syn | TCP_FLAG.rst | TCP_FLAG.urg;
const ACK_FLAG = TCP_FLAG.ack;
/** How often deadlines are looked at, µs of capture time: finer than any of them. */
const CHECK_INTERVAL: Micros = 1_000;

export interface StreamAssemblerDeps {
  readonly ledger: Ledger;
  /** Is told what becomes of every packet; costs nothing where absent. */
  readonly witness?: PacketWitness | undefined;
}

export class StreamAssembler {
  readonly #packets: Account;
  readonly #bytes: Account;
  readonly #decoder: PacketDecoder;
  readonly #output: ChunkOutput;
  readonly #intake: SegmentIntake;
  readonly #flows = new FlowTable();
  readonly #lifetimes: FlowLifetimes;
  readonly #tracer: PacketTracer | undefined;
  readonly #onlyPorts: ReadonlySet<number>;
  #now: Micros = 0;
  #nextCheckAt: Micros = 0;

  /** @throws BytecopyError `ASSEMBLER_OPTION_INVALID` for a bound that is not a positive integer, or no policy */
  constructor(options: Partial<AssemblerOptions>, { ledger, witness }: StreamAssemblerDeps) {
    const checked = toAssemblerOptions(options);
    this.#packets = ledger.account('packets', 'decoded');
    this.#bytes = ledger.account('segment bytes', 'reassembled');
    const bytes = this.#bytes;
    const tracer = witness === undefined ? undefined : new PacketTracer(witness);
    this.#tracer = tracer;
    this.#onlyPorts = checked.onlyPorts;
    this.#decoder = new PacketDecoder(checked, { ledger });
    this.#output = new ChunkOutput(bytes);
    const { recent } = this.#output;
    this.#intake = new SegmentIntake({ bytes, ledger, overlapPolicy: checked.overlapPolicy, recent, tracer });
    const drain = new Drain(this.#output, bytes);
    this.#lifetimes = new FlowLifetimes(checked, { flows: this.#flows, drain, output: this.#output, ledger, tracer });
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
    this.#lifetimes.now = this.#now;
    this.#lifetimes.end();
    return this.#output.take();
  }

  #push(packet: Packet): void {
    if (packet.at > this.#now) this.#now = packet.at;
    if (this.#now >= this.#nextCheckAt) this.#checkDeadlines();
    this.#packets.in++;
    const outcome = this.#decoder.decode(packet);
    const { segment } = this.#decoder;
    if (outcome === 'segment') {
      if (this.#tracer === undefined) this.#take(segment);
      else this.#takeTraced(packet, segment, this.#tracer);
      return;
    }
    if (outcome !== 'held') this.#packets.setAside('ignored', outcome, segment.packetCount);
    this.#tracer?.packet(packet, outcome, undefined);
  }

  #take(segment: Segment): void {
    const flow = this.#flows.find(segment);
    if (flow === undefined) {
      this.#takeFirst(segment, undefined);
      return;
    }
    const half = this.#flows.found as HalfFlow;
    if (!this.#takeInOrder(flow, half, segment)) this.#takeAny(flow, half, segment);
  }

  #takeTraced(packet: Packet, segment: Segment, tracer: PacketTracer): void {
    const ignoredBefore = this.#packets.aside('ignored');
    const flow = this.#flows.find(segment);
    const half = this.#flows.found;
    const position = half?.next ?? 0;
    if (flow === undefined || half === undefined) {
      this.#takeFirst(segment, undefined);
    } else if (this.#takeInOrder(flow, half, segment)) {
      tracer.place(flow, half);
      tracer.piece(position, segment.end - segment.start, 'stream');
    } else {
      this.#takeAny(flow, half, segment);
    }
    const decoded = this.#packets.aside('ignored') === ignoredBefore;
    const ignored = flow === undefined ? OTHER_PORT : SEEN_ELSEWHERE;
    tracer.packet(packet, decoded ? 'decoded' : ignored, segment);
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
      (segment.flags & ACK_FLAG) === 0 ||
      segment.sequence !== half.nextSequence ||
      segment.interfaceId !== half.interfaceId ||
      !half.seen ||
      captured !== segment.byteCount ||
      half.fin !== undefined ||
      !peer.anchored ||
      peer.window === 0 ||
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

  /**
   * A segment of a flow that is not known: a SYN or bytes begin one, anything else tells nothing. Ports that nobody asked
   * for are looked at here only: no flow of theirs gets known.
   *
   * @param supplants open flow on the same ports, which the new one ends when it is answered
   */
  #takeFirst(segment: Segment, supplants: TrackedFlow | undefined): void {
    if (this.#onlyPorts.size > 0 && !this.#isWanted(segment)) {
      this.#packets.setAside('ignored', OTHER_PORT, segment.packetCount);
      this.#tracer?.piece(0, segment.end - segment.start, OTHER_PORT);
      return;
    }
    const { flags, byteCount } = segment;
    const probe = byteCount === 1 && (flags & TCP_FLAG.psh) === 0;
    const syn = (flags & TCP_FLAG.syn) !== 0;
    this.#countDecoded(segment);
    if ((flags & TCP_FLAG.rst) !== 0 || (!syn && (byteCount === 0 || probe))) {
      this.#intake.discard(segment, probe ? 'keep-alive' : 'reset-payload');
      return;
    }
    this.#lifetimes.now = this.#now;
    this.#lifetimes.makeRoom();
    const { flow, crowdedOut } = this.#flows.add(segment, this.#now);
    if (crowdedOut !== undefined) this.#lifetimes.evict(crowdedOut);
    flow.supplants = supplants;
    this.#takeInto(flow, flow.fromA, segment);
  }

  #isWanted({ sourcePort, destinationPort }: Segment): boolean {
    return this.#onlyPorts.has(sourcePort) || this.#onlyPorts.has(destinationPort);
  }

  #takeAny(found: TrackedFlow, foundHalf: HalfFlow, segment: Segment): void {
    const flow = chooseFlow(found, segment);
    const half = flow === found ? foundHalf : (flow.halfOf(segment) as HalfFlow);
    this.#tracer?.place(flow, half);
    if (beginsAnother(flow, half, segment)) {
      this.#takeAnother(flow, segment);
      return;
    }
    const again = half.seen && segment.interfaceId !== half.interfaceId;
    if (again && (flow.closed || !this.#intake.bringsNews(flow, half, segment))) {
      this.#packets.setAside('ignored', SEEN_ELSEWHERE, segment.packetCount);
      this.#tracer?.piece(half.positionOf(segment.sequence), segment.end - segment.start, SEEN_ELSEWHERE);
      return;
    }
    this.#countDecoded(segment);
    this.#flows.touch(flow, this.#now);
    if (flow.closed) {
      const position = half.positionOf(segment.sequence);
      const late = position + segment.byteCount > half.next;
      this.#intake.discard(segment, late ? 'after-close' : 'duplicate', position);
      return;
    }
    this.#takeInto(flow, half, segment);
  }

  /** The first segment of a flow whose ports are those of `known`. */
  #takeAnother(known: TrackedFlow, segment: Segment): void {
    if (outlasts(known, segment)) {
      this.#takeFirst(segment, known);
      return;
    }
    this.#tracer?.remark('flow-replaced');
    this.#lifetimes.now = this.#now;
    this.#lifetimes.replace(known);
    this.#takeFirst(segment, known.supplants);
  }

  #takeInto(flow: TrackedFlow, half: HalfFlow, segment: Segment): void {
    this.#tracer?.place(flow, half);
    this.#intake.take(flow, half, segment);
    this.#lifetimes.now = this.#now;
    this.#lifetimes.settle(flow);
  }

  #countDecoded(segment: Segment): void {
    this.#packets.out += segment.packetCount;
    this.#bytes.in += segment.end - segment.start;
  }

  #checkDeadlines(): void {
    this.#nextCheckAt = this.#now + CHECK_INTERVAL;
    this.#lifetimes.now = this.#now;
    this.#lifetimes.checkDeadlines();
  }
}

const SEEN_ELSEWHERE = 'seen-on-another-interface';
const OTHER_PORT = 'other-port';
