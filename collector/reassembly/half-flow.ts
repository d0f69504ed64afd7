/**
 * One direction of a flow: where its stream stands, what waits, and what the peer said about it.
 *
 *     base          next                 acked            finAt
 *      |── handed on ──|┄ hole ┄[ held ]┄┄┄┄|┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄|
 *
 * Positions are numbers without wrap, counted from the first sequence number seen; a stream offset is `position - base`.
 * A 32-bit sequence number is placed by its signed distance from `next`, so streams of any length stay in order as
 * long as nothing is 2 GiB away (RFC 1982; RFC 9293, section 3.4).
 */
import type { ByteCount, Direction, Micros } from '../../core/index.ts';
import { HeldSegments } from './held-segments.ts';

/** Farthest from `next` that a sequence or acknowledgment number is believed: the largest window TCP can have (RFC 7323). */
export const MAX_DISTANCE: ByteCount = 1024 * 1024 * 1024;

/** How far before the first byte seen a SYN that comes late may place the begin of the stream. */
const MAX_LATE_SYN_BYTES = 65_536;

/** Window of a side of which none was seen: the largest that needs no option. */
export const MAX_WINDOW_BYTES: ByteCount = 65_535;

/** Below every position that a stream can have; the engine keeps it without a box of its own, unlike an infinity. */
export const NEVER: number = -(2 ** 31);

export interface Fin {
  /** Position behind the last byte. */
  readonly position: number;
  /** Position of the other direction that its sender had. */
  readonly needs: number;
  readonly at: Micros;
}

const NOTHING_HELD = new HeldSegments();

export class HalfFlow {
  /** Assigned when the flow opens. */
  direction: Direction = 0;
  /** Whether `nextSequence` means anything: a sequence number of this direction is known. */
  anchored = false;
  /** Whether a packet of this direction was seen. */
  seen = false;
  /** Interface of its first packet. */
  interfaceId = 0;
  /** Initial sequence number, signed 32 bits; undefined where no SYN told it. */
  isn: number | undefined = undefined;
  /** Nothing was seen of it although the flow waited: what its peer acknowledges is missing at once. */
  absent = false;
  /** Lowest position that can belong to the stream; known from a SYN. */
  floor = NEVER;
  /** Position of the first byte of the stream; until the flow opens the lowest that is known of it. */
  base = 0;
  /** Position of the next byte to hand on, and its sequence number as signed 32 bits. */
  next = 0;
  nextSequence = 0;
  /** Highest position that the peer acknowledged; the FIN counts as a position. */
  acked = NEVER;
  /** Acknowledged positions up to here were waited for, and the stream of the peer waits no longer for them. */
  waivedTo = NEVER;
  /** Its FIN, once that was seen. */
  fin: Fin | undefined = undefined;
  closed = false;
  /** Number of its last chunk in `recent-chunks.ts`. */
  lastChunk = 0;
  /** Window scale that this side announced. */
  windowScale: number | undefined = undefined;
  /** Bytes that this side last said it would take. */
  window: ByteCount = MAX_WINDOW_BYTES;
  #held = NOTHING_HELD;

  /** What waits; not to be added to, see {@link holding}. */
  get held(): HeldSegments {
    return this.#held;
  }

  /** The same for adding: most directions never hold anything and share an empty one. */
  holding(): HeldSegments {
    if (this.#held === NOTHING_HELD) this.#held = new HeldSegments();
    return this.#held;
  }

  /** Whether the stream may begin with this number, while the flow is not open: nothing before it was seen. */
  mayBeginAt(sequence: number): boolean {
    if (!this.anchored) return true;
    const position = this.positionOf(sequence);
    const lowest = Math.min(0, this.held.head?.position ?? 0);
    return position <= lowest && lowest - position <= MAX_LATE_SYN_BYTES;
  }

  /** The peer had the stream up to `position`, so that it does not begin later; while the flow is not open. */
  beginNotBehind(position: number): void {
    if (position < this.base && this.base - position <= MAX_LATE_SYN_BYTES) this.base = position;
  }

  /** Position behind the last byte; infinite as long as no FIN told it. */
  get finAt(): number {
    return this.fin === undefined ? Number.POSITIVE_INFINITY : this.fin.position;
  }

  /** A SYN told where the stream begins. */
  beginAfter(isn: number): void {
    this.isn = isn;
    if (!this.anchored) this.anchor((isn + 1) | 0);
    this.floor = this.positionOf((isn + 1) | 0);
  }

  /** The flow opens: the stream begins where the SYN said, otherwise at the first byte known of. */
  begin(direction: Direction): void {
    this.direction = direction;
    const first = this.floor !== NEVER ? this.floor : Math.min(this.base, this.held.head?.position ?? 0);
    this.advanceTo(first);
    this.base = first;
  }

  /** Takes `sequence` as that of position 0; nothing was handed on before. */
  anchor(sequence: number): void {
    this.anchored = true;
    this.nextSequence = sequence;
  }

  /** Position of a sequence number of this direction. */
  positionOf(sequence: number): number {
    return this.next + ((sequence - this.nextSequence) | 0);
  }

  /** `next` moves to `position`. */
  advanceTo(position: number): void {
    this.nextSequence = (this.nextSequence + ((position - this.next) | 0)) | 0;
    this.next = position;
  }

  /** Whether a segment sent by someone who had this stream up to `position` may be handed on now. */
  hasReached(position: number): boolean {
    return (
      position <= this.next || position <= this.waivedTo || (this.next === this.finAt && position === this.next + 1)
    );
  }

  /**
   * Where a gap that the peer's ACK proves would end; `next` where there is none.
   *
   * A single acknowledged byte at the end of what was seen may be a FIN that was not captured, so it proves nothing yet.
   */
  get provenTo(): number {
    const proven = Math.min(this.acked, this.finAt);
    if (proven <= this.next) return this.next;
    const mayBeFin = proven === this.next + 1 && this.held.length === 0 && this.fin === undefined;
    return mayBeFin && this.waivedTo >= proven ? this.next : proven;
  }

  /** Whether the gap up to `provenTo` may be a FIN and nothing else. */
  get mayLackOnlyFin(): boolean {
    return this.acked === this.next + 1 && this.held.length === 0 && this.fin === undefined;
  }
}
