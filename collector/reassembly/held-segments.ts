/**
 * Segments of one direction that wait for bytes before them, in stream order and without overlap.
 *
 *     next ┄┄┄ hole ┄┄┄ [ held ] ┄┄ hole ┄┄ [ held ][ cut ]
 *
 * Overlap: the first copy of a byte wins. The later copy is compared while the first is still held, and differing bytes
 * are counted; bytes already handed on cannot be compared. Kept bytes are copies, so that a held segment does not keep
 * the packet's whole read buffer. Insertion is a binary search; a segment costs at most one step a segment it overlaps.
 */
import type { ByteCount, Micros } from '../../core/index.ts';
import { HELD_SEGMENT_COST } from './options.ts';

export interface HeldSegment {
  /** Positions of the direction, `position` inclusive, `end` exclusive. */
  readonly position: number;
  readonly end: number;
  /** Absent for bytes that the snap length cut off. */
  readonly bytes: Uint8Array | undefined;
  /** Position of the other direction that the sender had when it sent this; what comes before it is handed on first. */
  readonly needs: number;
  readonly at: Micros;
}

export class HeldSegments {
  readonly #segments: HeldSegment[] = [];
  /** Bytes kept. */
  byteCount: ByteCount = 0;
  /** Result of the last `add`: bytes that brought nothing new, and those of them that differ from the first copy. */
  duplicateBytes: ByteCount = 0;
  conflictingBytes: ByteCount = 0;

  get length(): number {
    return this.#segments.length;
  }

  get head(): HeldSegment | undefined {
    return this.#segments[0];
  }

  /** What it costs to keep them. */
  get cost(): ByteCount {
    return this.byteCount + this.#segments.length * HELD_SEGMENT_COST;
  }

  /**
   * Keeps what is new of `[position, position + byteCount)`.
   *
   * @param data holds the bytes from `start` on; borrowed. Absent for bytes that were cut off.
   */
  add(
    position: number,
    byteCount: ByteCount,
    data: Uint8Array | undefined,
    start: number,
    needs: number,
    at: Micros,
  ): void {
    const segments = this.#segments;
    const end = position + byteCount;
    this.duplicateBytes = 0;
    this.conflictingBytes = 0;
    let index = this.#firstEndingAfter(position);
    let from = position;
    while (from < end) {
      const held = segments[index];
      const until = held === undefined ? end : Math.min(end, held.position);
      if (until > from) {
        const bytes = data === undefined ? undefined : copy(data, start + from - position, start + until - position);
        segments.splice(index, 0, { position: from, end: until, bytes, needs, at });
        if (bytes !== undefined) this.byteCount += bytes.length;
        index++;
        from = until;
      }
      if (held === undefined || from === end) return;
      const shared = Math.min(end, held.end);
      if (data !== undefined) this.#compare(held, from, shared, data, start + from - position);
      index += needs < held.needs ? this.#relax(index, held, from, shared, needs) : 1;
      from = shared;
    }
  }

  /** Whether every byte of the range is held. */
  covers(position: number, end: number): boolean {
    let from = position;
    for (let index = this.#firstEndingAfter(position); from < end; index++) {
      const held = this.#segments[index];
      if (held === undefined || held.position > from) return false;
      from = held.end;
    }
    return true;
  }

  /** Takes the first one out. */
  shift(): HeldSegment | undefined {
    const segment = this.#segments.shift();
    if (segment?.bytes !== undefined) this.byteCount -= segment.bytes.length;
    return segment;
  }

  /** Forgets everything from `position` on. @returns how many bytes that were */
  truncate(position: number): ByteCount {
    const segments = this.#segments;
    let dropped = 0;
    for (let last = segments.at(-1); last !== undefined && last.end > position; last = segments.at(-1)) {
      segments.pop();
      dropped += last.bytes?.length ?? 0;
      if (last.position >= position) continue;
      const bytes = last.bytes?.subarray(0, position - last.position);
      segments.push({ ...last, end: position, bytes });
      dropped -= bytes?.length ?? 0;
    }
    this.byteCount -= dropped;
    return dropped;
  }

  /**
   * A copy that was sent earlier: what it shares with the held segment waits for less. A retransmission that is longer
   * than the first copy may be captured before it, and was sent when the peer's answer to the first part was there.
   *
   * @returns how many segments are now in the place of the held one
   */
  #relax(index: number, held: HeldSegment, from: number, end: number, needs: number): number {
    const part = (position: number, partEnd: number, partNeeds: number): HeldSegment => {
      const bytes = held.bytes?.subarray(position - held.position, partEnd - held.position);
      return { position, end: partEnd, bytes, needs: partNeeds, at: held.at };
    };
    const parts = [part(from, end, needs)];
    if (from > held.position) parts.unshift(part(held.position, from, held.needs));
    if (end < held.end) parts.push(part(end, held.end, held.needs));
    this.#segments.splice(index, 1, ...parts);
    return parts.length;
  }

  #compare(held: HeldSegment, from: number, end: number, data: Uint8Array, start: number): void {
    this.duplicateBytes += end - from;
    if (held.bytes === undefined) return;
    const heldStart = from - held.position;
    for (let i = 0; i < end - from; i++) if (held.bytes[heldStart + i] !== data[start + i]) this.conflictingBytes++;
  }

  #firstEndingAfter(position: number): number {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle] as HeldSegment).end > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function copy(data: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(data.subarray(start, end));
}
