/** Which block: its segment and its key in it. */
import type { Segment } from '../../core/index.ts';

export interface BlockName {
  readonly segment: Segment;
  readonly block: Uint8Array;
}

export function bySegment(names: readonly BlockName[]): Map<Segment, Uint8Array[]> {
  const segments = new Map<Segment, Uint8Array[]>();
  for (const { segment, block } of names) {
    const keys = segments.get(segment);
    if (keys === undefined) segments.set(segment, [block]);
    else keys.push(block);
  }
  return segments;
}
