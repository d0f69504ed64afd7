/**
 * Whether a reset ends its flow. RFC 5961, section 3.2: its receiver believes one at exactly the number that it expects
 * next, answers another within its window with a challenge, and ignores the rest.
 *
 *          acked          next        highest held            acked + window
 *     ───────┼──────────────┼────────────────┼───────────────────────┼──────▶
 *     outside│      taken: the receiver may stand at any of these    │awaited │outside
 *
 * What the receiver expects lies between what it acknowledged and what was sent. A reset beyond all that was seen is
 * awaited: packets that were sent before it may be missing. When they do not come within the wait for reordering and the
 * peer did not acknowledge them either, it was a challenge's case, and the flow goes on. A FIN may be what was not seen.
 */
import { MAX_WINDOW_SCALE, type Segment, TCP_FLAG } from '../decode/segment.ts';
import { type HalfFlow, NEVER } from './half-flow.ts';

export type ResetJudgement = 'taken' | 'awaited' | 'outside';

export function judgeReset(half: HalfFlow, peer: HalfFlow, segment: Segment): ResetJudgement {
  const acknowledges = (segment.flags & TCP_FLAG.ack) !== 0;
  if (!half.anchored) {
    const refuses = acknowledges && peer.isn !== undefined && segment.acknowledgment === ((peer.isn + 1) | 0);
    return refuses ? 'taken' : 'outside';
  }
  const position = half.positionOf(segment.sequence);
  const acked = half.acked === NEVER ? half.next : half.acked;
  if (position < Math.min(acked, half.next)) return 'outside';
  if (isExact(half, position)) return 'taken';
  if (position > Math.max(acked, half.next) + windowOf(half, peer) + 1) return 'outside';
  return peer.seen ? 'awaited' : 'taken';
}

/** Whether a reset at the position is one where its receiver may stand, as far as is known by now. */
export function isExact(half: HalfFlow, position: number): boolean {
  return position <= Math.max(half.acked, half.next, half.held.end ?? NEVER) + 1;
}

/** Bytes that the peer would take. */
function windowOf(half: HalfFlow, peer: HalfFlow): number {
  const bothScale = half.windowScale !== undefined && peer.windowScale !== undefined;
  const scale = bothScale ? (peer.windowScale as number) : half.isn === undefined ? MAX_WINDOW_SCALE : 0;
  return peer.window * 2 ** scale;
}
