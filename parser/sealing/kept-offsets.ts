/**
 * Positions among the kept bytes of a message ↔ offsets on the wire, which count missing bytes too.
 *
 *     wire  0        10 ░░░░ 14       20
 *     kept  0        10      10       16
 */
import type { MissingRange } from '../../core/index.ts';

/** A run of kept bytes that is one run on the wire. */
export interface WireRange {
  readonly offset: number;
  readonly byteCount: number;
}

/** The wire's runs of the kept bytes from `start` to `end`: more than one where bytes are missing between them. */
export function toWireRanges(start: number, end: number, missing: readonly MissingRange[]): readonly WireRange[] {
  if (missing.length === 0) return [{ offset: start, byteCount: end - start }];
  const ranges: WireRange[] = [];
  let before = 0;
  let at = start;
  for (const hole of missing) {
    const holeAt = hole.offset - before;
    if (holeAt >= end) break;
    if (holeAt > at) {
      ranges.push({ offset: at + before, byteCount: holeAt - at });
      at = holeAt;
    }
    before += hole.byteCount;
  }
  if (end > at) ranges.push({ offset: at + before, byteCount: end - at });
  return ranges;
}

/** Position among the kept bytes. @param offset on the wire, of a kept byte */
export function toKeptPosition(offset: number, missing: readonly MissingRange[]): number {
  let position = offset;
  for (const hole of missing) if (hole.offset < offset) position -= hole.byteCount;
  return position;
}
