/**
 * One segment into its flow: what its flags, numbers and bytes change there. Handing on is `drain.ts`'s work.
 *
 * Bytes of the segment end in exactly one place of the account `segment bytes`: held, or discarded by reason. Urgent
 * data stays in the stream, where its sender put it (RFC 6093, section 3.1: the pointer is a hint, and readers take the
 * bytes inline), and is counted.
 */
import type { Account, Ledger } from '../../core/index.ts';
import { type Segment, TCP_FLAG } from '../decode/segment.ts';
import { type HalfFlow, MAX_DISTANCE, NEVER } from './half-flow.ts';
import type { OverlapPolicy } from './overlap-policy.ts';
import type { PacketTracer } from './packet-tracer.ts';
import type { RecentChunks } from './recent-chunks.ts';
import { judgeReset } from './reset-judgement.ts';
import type { TrackedFlow } from './tracked-flow.ts';

export interface SegmentIntakeDeps {
  /** The account `segment bytes`. */
  readonly bytes: Account;
  readonly ledger: Ledger;
  readonly overlapPolicy: OverlapPolicy;
  /** What was handed on last. */
  readonly recent: RecentChunks;
  readonly tracer: PacketTracer | undefined;
}

export class SegmentIntake {
  readonly #bytes: Account;
  readonly #ledger: Ledger;
  readonly #overlapPolicy: OverlapPolicy;
  readonly #recent: RecentChunks;
  readonly #tracer: PacketTracer | undefined;

  constructor({ bytes, ledger, overlapPolicy, recent, tracer }: SegmentIntakeDeps) {
    this.#bytes = bytes;
    this.#ledger = ledger;
    this.#overlapPolicy = overlapPolicy;
    this.#recent = recent;
    this.#tracer = tracer;
  }

  /** Whether the segment, a copy from another interface, tells anything that its first copy has not told. */
  bringsNews(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
    if (half.closed) return false;
    const { flags, byteCount } = segment;
    const peer = tracked.peerOf(half);
    if ((flags & TCP_FLAG.rst) !== 0) return tracked.reset === undefined;
    if ((flags & TCP_FLAG.syn) !== 0 && half.isn === undefined) return true;
    if ((flags & TCP_FLAG.fin) !== 0 && half.fin === undefined) return true;
    const first = half.positionOf(firstSequence(segment));
    const from = Math.max(first, takenTo(tracked, half));
    if (byteCount > 0 && first + byteCount > from && !half.held.covers(from, first + byteCount)) return true;
    return (flags & TCP_FLAG.ack) !== 0 && (!peer.anchored || peer.positionOf(segment.acknowledgment) > peer.acked);
  }

  /** Takes a segment that is of the flow; nothing of it is handed on yet. */
  take(tracked: TrackedFlow, half: HalfFlow, segment: Segment): void {
    const { flags, byteCount } = segment;
    const peer = tracked.peerOf(half);
    if (!half.seen) {
      half.seen = true;
      half.absent = false;
      half.interfaceId = segment.interfaceId;
    }
    if ((flags & TCP_FLAG.rst) !== 0) {
      this.#takeReset(tracked, half, peer, segment);
      return;
    }
    if ((flags & TCP_FLAG.syn) !== 0) takeSyn(tracked, half, peer, segment);
    const first = firstSequence(segment);
    if (!half.anchored) half.anchor(first);
    half.window = segment.window;
    const needs =
      (flags & TCP_FLAG.ack) === 0 ? NEVER : this.#takeAcknowledgment(tracked, peer, segment.acknowledgment);
    const position = half.positionOf(first);
    if (byteCount > 0) {
      if ((flags & TCP_FLAG.syn) === 0) tracked.hasPlainData = true;
      if ((flags & TCP_FLAG.urg) !== 0) this.#note('urgent-segments', 'urgent');
      this.#takePayload(tracked, half, peer, segment, position, needs);
    }
    if ((flags & TCP_FLAG.fin) !== 0) this.#takeFin(tracked, half, position + byteCount, needs, segment);
  }

  /** Counts the payload of a segment that nothing takes. @param position of its first byte, as far as it has one */
  discard(segment: Segment, reason: string, position = 0): void {
    this.#discardBytes(position, segment.end - segment.start, reason);
  }

  /** @returns the acknowledged position, or nothing to wait for when the number cannot be true */
  #takeAcknowledgment(tracked: TrackedFlow, peer: HalfFlow, acknowledgment: number): number {
    if (!peer.anchored) peer.anchor(acknowledgment);
    const position = peer.positionOf(acknowledgment);
    if (Math.abs(position - peer.next) > MAX_DISTANCE) {
      this.#note('implausible-acknowledgments', 'implausible-acknowledgment');
      return NEVER;
    }
    if (position > peer.acked) peer.acked = position;
    if (tracked.flow === undefined) peer.beginNotBehind(position);
    return position;
  }

  #takePayload(
    tracked: TrackedFlow,
    half: HalfFlow,
    peer: HalfFlow,
    segment: Segment,
    position: number,
    needs: number,
  ): void {
    const { at, data, start, byteCount } = segment;
    const captured = segment.end - start;
    if (captured < byteCount) this.#note('snap-length-cut-packets', 'snap-length-cut', segment.packetCount);
    if (Math.abs(position - half.next) > MAX_DISTANCE) {
      this.discard(segment, 'out-of-window', position);
      return;
    }
    const floor = takenTo(tracked, half);
    if (byteCount === 1 && peer.window === 0 && (position === floor || position === floor - 1)) {
      this.#note('zero-window-probes', 'zero-window-probe');
    } else if (byteCount === 1 && position === floor - 1) {
      this.discard(segment, 'keep-alive', position);
      return;
    }
    const early = clamp(floor - position, captured);
    const late = clamp(position + captured - half.finAt, captured - early);
    const kept = captured - early - late;
    const sentFrom = position;
    const sentTo = position + byteCount;
    if (early > 0) this.#discardKnown(tracked, half, segment, position, early);
    if (kept > 0) {
      const held = half.holding();
      const from = position + early;
      const given = { position: from, byteCount: kept, data, start: start + early, needs, at, sentFrom, sentTo };
      held.add(given, this.#overlapPolicy, this.#tracer);
      const { duplicateBytes, conflictingBytes } = held;
      if (duplicateBytes > 0) this.#bytes.setAside('discarded', 'duplicate', duplicateBytes);
      if (conflictingBytes > 0) this.#countConflict(conflictingBytes);
      this.#bytes.held += kept - duplicateBytes - conflictingBytes;
    }
    this.#discardBytes(position + captured - late, late, 'after-close');
    const cutFrom = Math.max(position + captured, floor);
    const cutTo = Math.min(position + byteCount, half.finAt);
    if (cutTo <= cutFrom) return;
    const cutBytes = cutTo - cutFrom;
    const cut = { position: cutFrom, byteCount: cutBytes, data: undefined, start: 0, needs, at, sentFrom, sentTo };
    half.holding().add(cut, this.#overlapPolicy);
  }

  /** The first FIN counts; one before bytes that were handed on already cannot be true. */
  #takeFin(tracked: TrackedFlow, half: HalfFlow, position: number, needs: number, segment: Segment): void {
    if (half.fin !== undefined) return;
    if (position < takenTo(tracked, half) || position - half.next > MAX_DISTANCE) {
      this.#note('fins-out-of-window', 'fin-out-of-window');
      return;
    }
    half.fin = { position, needs, at: segment.at };
    half.held.truncate(position, (from, byteCount) => {
      this.#bytes.held -= byteCount;
      this.#bytes.setAside('discarded', 'after-close', byteCount);
      this.#tracer?.revised(from, byteCount, 'after-close');
    });
  }

  #takeReset(tracked: TrackedFlow, half: HalfFlow, peer: HalfFlow, segment: Segment): void {
    const position = half.anchored ? half.positionOf(segment.sequence) : 0;
    this.discard(segment, 'reset-payload', position);
    if (tracked.reset !== undefined) return;
    if (judgeReset(half, peer, segment) === 'outside') {
      this.#note('resets-out-of-window', 'reset-out-of-window');
      return;
    }
    const acknowledges = (segment.flags & TCP_FLAG.ack) !== 0;
    const needs = acknowledges && peer.anchored ? peer.positionOf(segment.acknowledgment) : NEVER;
    tracked.reset = { half, position, needs };
  }

  /** Bytes that are known already; of those handed on lately it is also known whether they differ. */
  #discardKnown(
    tracked: TrackedFlow,
    half: HalfFlow,
    { data, start }: Segment,
    position: number,
    byteCount: number,
  ): void {
    this.#recent.compare(tracked, half, position, position + byteCount, data, start, (from, runBytes, differs) => {
      if (differs) this.#countConflict(runBytes);
      else this.#bytes.setAside('discarded', 'duplicate', runBytes);
      this.#tracer?.piece(from, runBytes, differs ? 'conflict' : 'duplicate');
    });
  }

  #countConflict(byteCount: number): void {
    this.#bytes.setAside('discarded', 'conflict', byteCount);
    this.#ledger.addFact('conflicting-bytes', byteCount);
  }

  #note(fact: string, remark: string, count = 1): void {
    this.#ledger.addFact(fact, count);
    this.#tracer?.remark(remark);
  }

  #discardBytes(position: number, byteCount: number, reason: string): void {
    if (byteCount <= 0) return;
    this.#bytes.setAside('discarded', reason, byteCount);
    this.#tracer?.piece(position, byteCount, reason);
  }
}

function takeSyn(tracked: TrackedFlow, half: HalfFlow, peer: HalfFlow, segment: Segment): void {
  if (half.isn === undefined || half.isn === segment.sequence) half.windowScale = segment.windowScale;
  if (half.isn !== undefined || tracked.flow !== undefined) return;
  half.beginAfter(segment.sequence);
  if ((segment.flags & TCP_FLAG.ack) === 0) {
    tracked.fromClient ??= half;
    return;
  }
  tracked.fromClient ??= peer;
  if (peer.isn === undefined && peer.mayBeginAt(segment.acknowledgment)) {
    peer.beginAfter((segment.acknowledgment - 1) | 0);
  }
}

/** Up to where the stream is taken: bytes before it are known already, or cannot be of it. */
function takenTo(tracked: TrackedFlow, half: HalfFlow): number {
  return tracked.flow === undefined ? half.floor : half.next;
}

/** The SYN counts as a position before the first byte. */
function firstSequence(segment: Segment): number {
  return (segment.flags & TCP_FLAG.syn) === 0 ? segment.sequence : (segment.sequence + 1) | 0;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
