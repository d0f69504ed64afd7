/**
 * Segments of one direction that wait for bytes before them, in stream order and without overlap.
 *
 *     next ┄┄┄ hole ┄┄┄ [ held ] ┄┄ hole ┄┄ [ held ][ cut ]
 *
 * Where a segment overlaps what is held, `overlap-policy.ts` says which copy is kept, and differing bytes are counted;
 * captured bytes always replace those that the snap length cut off. Kept bytes are copies, so that a held segment does
 * not keep the packet's whole read buffer. Insertion is a binary search; a segment costs at most one step a segment it
 * overlaps.
 */
import type { ByteCount, Micros } from '../../core/index.ts';
import { compareRuns } from './byte-runs.ts';
import { HELD_SEGMENT_COST } from './options.ts';
import { newerWins, type OverlapPolicy, type SentRange } from './overlap-policy.ts';

export interface HeldSegment extends SentRange {
  /** Positions of the direction, `position` inclusive, `end` exclusive. */
  readonly position: number;
  readonly end: number;
  /** Absent for bytes that the snap length cut off. */
  readonly bytes: Uint8Array | undefined;
  /** Position of the other direction that the sender had when it sent this; what comes before it is handed on first. */
  readonly needs: number;
  readonly at: Micros;
}

/** What a segment brings to be held. */
export interface NewBytes extends SentRange {
  readonly position: number;
  readonly byteCount: ByteCount;
  /** Holds the bytes from `start` on; borrowed. Absent for bytes that were cut off. */
  readonly data: Uint8Array | undefined;
  readonly start: number;
  readonly needs: number;
  readonly at: Micros;
}

/** Is told which bytes of a segment were kept; ranges come in stream order. */
export interface OverlapListener {
  kept(position: number, byteCount: ByteCount): void;
  /** The newer bytes were set aside: for each byte, whether it differs from the held one. */
  lost(position: number, byteCount: ByteCount, differs: boolean): void;
  /** The held bytes were set aside for the newer ones. */
  replaced(position: number, byteCount: ByteCount, differs: boolean): void;
}

export class HeldSegments {
  readonly #segments: HeldSegment[] = [];
  /** Bytes kept. */
  byteCount: ByteCount = 0;
  /** Result of the last `add`: bytes set aside because another copy was kept, equal to that copy or not. */
  duplicateBytes: ByteCount = 0;
  conflictingBytes: ByteCount = 0;

  get length(): number {
    return this.#segments.length;
  }

  get head(): HeldSegment | undefined {
    return this.#segments[0];
  }

  /** Position behind the last byte held; undefined where nothing is. */
  get end(): number | undefined {
    return this.#segments.at(-1)?.end;
  }

  /** What it costs to keep them. */
  get cost(): ByteCount {
    return this.byteCount + this.#segments.length * HELD_SEGMENT_COST;
  }

  /** Keeps what is new of the bytes, and of what overlaps what the policy says. */
  add(given: NewBytes, policy: OverlapPolicy, listener?: OverlapListener): void {
    const segments = this.#segments;
    const { position, data, start, needs, at, sentFrom, sentTo } = given;
    const end = position + given.byteCount;
    this.duplicateBytes = 0;
    this.conflictingBytes = 0;
    let index = this.#firstEndingAfter(position);
    let from = position;
    while (from < end) {
      const held = segments[index];
      const until = held === undefined ? end : Math.min(end, held.position);
      if (until > from) {
        segments.splice(index, 0, {
          position: from,
          end: until,
          bytes: copyOf(given, from, until),
          needs,
          at,
          sentFrom,
          sentTo,
        });
        if (data !== undefined) {
          this.byteCount += until - from;
          listener?.kept(from, until - from);
        }
        index++;
        from = until;
      }
      if (held === undefined || from === end) return;
      const shared = Math.min(end, held.end);
      const replaces = data !== undefined && (held.bytes === undefined || newerWins(policy, held, given));
      if (data !== undefined && held.bytes === undefined) {
        this.byteCount += shared - from;
        listener?.kept(from, shared - from);
      } else if (data !== undefined) {
        if (replaces) listener?.kept(from, shared - from);
        this.#compare(held, from, shared, data, start + from - position, replaces, listener);
      }
      if (replaces || needs < held.needs) {
        const changed = {
          ...(replaces ? { bytes: copyOf(given, from, shared), at, sentFrom, sentTo } : {}),
          needs: Math.min(needs, held.needs),
        };
        index += this.#change(index, held, from, shared, changed);
      } else {
        index++;
      }
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

  /** Forgets everything from `position` on. @param dropped is told the ranges of bytes that were */
  truncate(position: number, dropped: (position: number, byteCount: ByteCount) => void): void {
    const segments = this.#segments;
    for (let last = segments.at(-1); last !== undefined && last.end > position; last = segments.at(-1)) {
      segments.pop();
      const from = Math.max(position, last.position);
      if (last.bytes !== undefined) {
        this.byteCount -= last.end - from;
        dropped(from, last.end - from);
      }
      if (last.position >= position) continue;
      segments.push({ ...last, end: position, bytes: last.bytes?.subarray(0, position - last.position) });
    }
  }

  /**
   * Changes a part of a held segment: other bytes, or less to wait for. A copy that was sent earlier shows the latter: a
   * retransmission that is longer than the first copy may be captured before it, and was sent when the peer's answer to
   * the first part was there.
   *
   * @returns how many segments are now in the place of the held one
   */
  #change(index: number, held: HeldSegment, from: number, end: number, changed: Partial<HeldSegment>): number {
    const part = (position: number, partEnd: number): HeldSegment => {
      const bytes = held.bytes?.subarray(position - held.position, partEnd - held.position);
      return { ...held, position, end: partEnd, bytes };
    };
    const parts = [{ ...part(from, end), ...changed }];
    if (from > held.position) parts.unshift(part(held.position, from));
    if (end < held.end) parts.push(part(end, held.end));
    this.#segments.splice(index, 1, ...parts);
    return from > held.position ? 2 : 1;
  }

  /** Counts bytes that two copies have, in runs of equal and of differing ones. */
  #compare(
    held: HeldSegment,
    from: number,
    end: number,
    data: Uint8Array,
    start: number,
    replaces: boolean,
    listener: OverlapListener | undefined,
  ): void {
    const old = held.bytes as Uint8Array;
    const heldStart = from - held.position;
    const byteCount = end - from;
    compareRuns(old, heldStart, data, start, byteCount, (offset, runBytes, differs) => {
      if (differs) this.conflictingBytes += runBytes;
      else this.duplicateBytes += runBytes;
      if (replaces) listener?.replaced(from + offset, runBytes, differs);
      else listener?.lost(from + offset, runBytes, differs);
    });
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

/** The bytes of a range, apart from the packet that brought them; undefined where they were cut off. */
function copyOf({ data, start, position }: NewBytes, from: number, to: number): Uint8Array | undefined {
  if (data === undefined) return undefined;
  return new Uint8Array(data.subarray(start + from - position, start + to - position));
}
