/** The part of a store that is looked after: `since` inclusive, `until` exclusive; all of it where absent. */
import { type Micros, type Segment, segmentStart } from '../../core/index.ts';
import { decodeBlockKey } from '../block/block-key.ts';

export interface TimeRange {
  readonly since?: Micros;
  readonly until?: Micros;
}

export function overlapsSegment(range: TimeRange, segment: Segment, segmentMicros: Micros): boolean {
  const startAt = segmentStart(segment);
  return startAt < (range.until ?? Number.POSITIVE_INFINITY) && startAt + segmentMicros > (range.since ?? 0);
}

/** A key that is no block's lies in every range: what it is doing there has to be asked. */
export function overlapsBlock(range: TimeRange, block: Uint8Array): boolean {
  if (range.since === undefined && range.until === undefined) return true;
  const key = decodeBlockKey(block);
  if (key === undefined) return true;
  return key.firstAt < (range.until ?? Number.POSITIVE_INFINITY) && key.lastAt >= (range.since ?? 0);
}
