/**
 * One segment into its flow: what its flags, numbers and bytes change there. Handing on is `drain.ts`'s work.
 *
 * Bytes of the segment end in exactly one place of the account `segment bytes`: held, or discarded by reason.
 */
import type { Account, Ledger } from '../../core/index.ts';
import { MAX_WINDOW_SCALE, type Segment, TCP_FLAG } from '../decode/segment.ts';
import { type HalfFlow, MAX_DISTANCE, NEVER, NOT_ENDED } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** How far before the first byte seen a SYN that comes late may place the begin of the stream. */
const MAX_LATE_SYN_BYTES = 65_536;
/** How far from its end bytes may be that still belong to a closed flow; a new flow whose SYN was missed begins at any number. */
const MAX_LATE_BYTES = 1024 * 1024;
const MAX_WINDOW_BYTES = 65_535;

export class SegmentIntake {
  readonly #bytes: Account;
  readonly #ledger: Ledger;

  constructor(bytes: Account, ledger: Ledger) {
    this.#bytes = bytes;
    this.#ledger = ledger;
  }

  /** Whether the segment is the first of a new flow with the same ports. */
  beginsAnother(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
    const { flags, byteCount } = segment;
    if ((flags & TCP_FLAG.rst) !== 0) return false;
    if ((flags & TCP_FLAG.syn) !== 0) {
      return tracked.closed ? half.isn !== segment.sequence : !this.#isSynOf(tracked, half, segment);
    }
    if (!tracked.closed || byteCount === 0) return false;
    return Math.abs(half.positionOf(segment.sequence) - half.next) > MAX_LATE_BYTES;
  }

  #isSynOf(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
    if (half.isn !== undefined) return half.isn === segment.sequence;
    const first = (segment.sequence + 1) | 0;
    if (half.anchored) {
      const position = half.positionOf(first);
      if (tracked.flow !== undefined) return position === half.base;
      const lowest = Math.min(0, half.held.head?.position ?? 0);
      return position <= lowest && lowest - position <= MAX_LATE_SYN_BYTES;
    }
    const peer = tracked.peerOf(half);
    if (peer.isn === undefined || (segment.flags & TCP_FLAG.ack) === 0) return true;
    const acknowledged = (segment.acknowledgment - ((peer.isn + 1) | 0)) | 0;
    return acknowledged >= 0 && acknowledged <= MAX_LATE_SYN_BYTES;
  }

  /** Whether the segment, a copy from another interface, tells anything that its first copy has not told. */
  bringsNews(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
    if (half.closed) return false;
    const { flags, byteCount } = segment;
    const peer = tracked.peerOf(half);
    if ((flags & TCP_FLAG.rst) !== 0) return tracked.resetFrom === undefined;
    if ((flags & TCP_FLAG.syn) !== 0 && half.isn === undefined) return true;
    if ((flags & TCP_FLAG.fin) !== 0 && half.finAt === NOT_ENDED) return true;
    const from = Math.max(half.positionOf(firstSequence(segment)), tracked.flow === undefined ? half.floor : half.next);
    const end = half.positionOf(firstSequence(segment)) + byteCount;
    if (byteCount > 0 && end > from && !half.held.covers(from, end)) return true;
    return (flags & TCP_FLAG.ack) !== 0 && (!peer.anchored || peer.positionOf(segment.acknowledgment) > peer.acked);
  }

  /** Takes a segment that is of the flow; nothing of it is handed on yet. */
  take(tracked: TrackedFlow, half: HalfFlow, segment: Segment): void {
    const { flags } = segment;
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
    const needs = (flags & TCP_FLAG.ack) === 0 ? NEVER : this.#takeAcknowledgment(peer, segment.acknowledgment);
    const position = half.positionOf(first);
    const { byteCount } = segment;
    if (byteCount > 0) {
      if ((flags & TCP_FLAG.syn) === 0) tracked.hasPlainData = true;
      this.#takePayload(tracked, half, segment, position, needs);
    }
    if ((flags & TCP_FLAG.fin) !== 0) this.#takeFin(tracked, half, position + byteCount, needs, segment);
  }

  /** Counts the payload of a segment that no flow takes. */
  discard(segment: Segment, reason: string): void {
    const captured = segment.end - segment.start;
    if (captured > 0) this.#discardBytes(reason, captured);
  }

  /** @returns the acknowledged position, or nothing to wait for when the number cannot be true */
  #takeAcknowledgment(peer: HalfFlow, acknowledgment: number): number {
    if (!peer.anchored) peer.anchor(acknowledgment);
    const position = peer.positionOf(acknowledgment);
    if (Math.abs(position - peer.next) > MAX_DISTANCE) {
      this.#ledger.addFact('implausible-acknowledgments');
      return NEVER;
    }
    if (position > peer.acked) peer.acked = position;
    return position;
  }

  #takePayload(tracked: TrackedFlow, half: HalfFlow, segment: Segment, position: number, needs: number): void {
    const { at, data, start, byteCount } = segment;
    const captured = segment.end - start;
    if (captured < byteCount) this.#ledger.addFact('snap-length-cut-packets', segment.packetCount);
    if (Math.abs(position - half.next) > MAX_DISTANCE) {
      this.discard(segment, 'out-of-window');
      return;
    }
    const floor = tracked.flow === undefined ? half.floor : half.next;
    if (byteCount === 1 && position === floor - 1) {
      this.discard(segment, 'keep-alive');
      return;
    }
    const early = clamp(floor - position, captured);
    const late = clamp(position + captured - half.finAt, captured - early);
    if (early > 0) this.#discardBytes('duplicate', early);
    if (late > 0) this.#discardBytes('after-close', late);
    const kept = captured - early - late;
    if (kept > 0) {
      const { held } = half;
      held.add(position + early, kept, data, start + early, needs, at);
      if (held.duplicateBytes > 0) this.#discardBytes('duplicate', held.duplicateBytes);
      if (held.conflictingBytes > 0) this.#ledger.addFact('conflicting-bytes', held.conflictingBytes);
      this.#bytes.held += kept - held.duplicateBytes;
    }
    const cutFrom = Math.max(position + captured, floor);
    const cutTo = Math.min(position + byteCount, half.finAt);
    if (cutTo > cutFrom) half.held.add(cutFrom, cutTo - cutFrom, undefined, 0, needs, at);
  }

  /** The first FIN counts; one before bytes that were handed on already cannot be true. */
  #takeFin(tracked: TrackedFlow, half: HalfFlow, position: number, needs: number, segment: Segment): void {
    const floor = tracked.flow === undefined ? half.floor : half.next;
    if (half.finAt !== NOT_ENDED) return;
    if (position < floor || position - half.next > MAX_DISTANCE) {
      this.#ledger.addFact('fins-out-of-window');
      return;
    }
    half.finAt = position;
    half.finNeeds = needs;
    half.finSeenAt = segment.at;
    const dropped = half.held.truncate(position);
    if (dropped === 0) return;
    this.#bytes.held -= dropped;
    this.#discardBytes('after-close', dropped);
  }

  /** RFC 9293, section 3.10.7.4: a reset counts only within the window of its receiver. */
  #takeReset(tracked: TrackedFlow, half: HalfFlow, peer: HalfFlow, segment: Segment): void {
    this.discard(segment, 'reset-payload');
    if (tracked.resetFrom !== undefined) return;
    const acknowledges = (segment.flags & TCP_FLAG.ack) !== 0;
    const refuses =
      !half.anchored && acknowledges && peer.isn !== undefined && segment.acknowledgment === ((peer.isn + 1) | 0);
    const position = half.anchored ? half.positionOf(segment.sequence) : 0;
    if (!refuses && (!half.anchored || !inWindow(half, peer, position))) {
      this.#ledger.addFact('resets-out-of-window');
      return;
    }
    tracked.resetFrom = half;
    tracked.resetAt = position;
    tracked.resetNeeds = acknowledges && peer.anchored ? peer.positionOf(segment.acknowledgment) : NEVER;
  }

  #discardBytes(reason: string, byteCount: number): void {
    this.#bytes.setAside('discarded', reason, byteCount);
  }
}

function takeSyn(tracked: TrackedFlow, half: HalfFlow, peer: HalfFlow, segment: Segment): void {
  half.windowScale = segment.windowScale;
  if (half.isn !== undefined || tracked.flow !== undefined) return;
  half.beginAfter(segment.sequence);
  if ((segment.flags & TCP_FLAG.ack) === 0) {
    tracked.fromClient ??= half;
    return;
  }
  tracked.fromClient ??= peer;
  if (peer.isn === undefined) peer.beginAfter((segment.acknowledgment - 1) | 0);
}

/** Whether a reset at `position` is where its receiver would believe it. */
function inWindow(half: HalfFlow, peer: HalfFlow, position: number): boolean {
  const acked = half.acked === NEVER ? half.next : half.acked;
  const bothScale = half.windowScale !== undefined && peer.windowScale !== undefined;
  const scale = bothScale ? (peer.windowScale as number) : half.isn === undefined ? MAX_WINDOW_SCALE : 0;
  const window = (peer.seen ? peer.window : MAX_WINDOW_BYTES) * 2 ** scale;
  return position >= Math.min(acked, half.next) && position <= Math.max(acked, half.next) + window + 1;
}

/** The SYN counts as a position before the first byte. */
function firstSequence(segment: Segment): number {
  return (segment.flags & TCP_FLAG.syn) === 0 ? segment.sequence : (segment.sequence + 1) | 0;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
