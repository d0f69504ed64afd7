/**
 * Which of two flows on the same ports a segment is of: the one that is known, or another that begins.
 *
 *     closed one          a SYN with another number, or bytes far from its end  ─▶ another flow, at once
 *     closed by a reset   bytes behind it from its own sender                   ─▶ another flow, at once
 *     open, no chunk yet  a SYN with another number                             ─▶ another flow in its place
 *     open                a SYN-ACK with another number                         ─▶ another flow in its place
 *     open                a SYN with another number     ─▶ both: the old one ends when the new one's SYN is answered
 *
 * The last is RFC 5961, section 4: a SYN alone ends nothing, since anybody can forge it and an old one may come late. Its
 * receiver challenges it; only a peer that has really begun anew is answered. Until then segments go to the flow whose
 * numbers they continue. Who sent a reset knows the flow no more: where more comes from there, the reset was forged or meant
 * for somebody on the way, and the talk went on.
 *
 * A server that answers one SYN again may do so with another number (SYN cookies, several servers at one address). Once
 * the client acknowledged one of them, the others are late and change nothing.
 */
import { type Segment, TCP_FLAG } from '../decode/segment.ts';
import type { HalfFlow } from './half-flow.ts';
import type { TrackedFlow } from './tracked-flow.ts';

/** Most bytes of Fast Open that a SYN-ACK acknowledges. */
const MAX_SYN_BYTES = 65_536;
/** How far from where a stream stands bytes may be that belong to it; another flow begins at any number. */
const MAX_LATE_BYTES = 1024 * 1024;

/** Whether the segment is the first of a new flow with the same ports. */
export function beginsAnother(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
  const { flags, byteCount } = segment;
  if ((flags & TCP_FLAG.rst) !== 0) return false;
  if ((flags & TCP_FLAG.syn) !== 0) {
    return tracked.closed ? half.isn !== segment.sequence : !isSynOf(tracked, half, segment);
  }
  if (!tracked.closed || byteCount === 0) return false;
  return isBehindOwnReset(tracked, half, segment) || !continues(half, segment.sequence);
}

/** Whether the flow goes on beside the one that the segment begins, until that is answered. */
export function outlasts(tracked: TrackedFlow, segment: Segment): boolean {
  return !tracked.closed && tracked.flow !== undefined && (segment.flags & TCP_FLAG.ack) === 0;
}

/** The flow that the segment of a pair of flows on the same ports is of. @returns `young` or the one it supplants */
export function chooseFlow(young: TrackedFlow, segment: Segment): TrackedFlow {
  const old = young.supplants;
  if (old === undefined) return young;
  if (old.closed) {
    young.supplants = undefined;
    return young;
  }
  if ((segment.flags & TCP_FLAG.syn) !== 0) return old.halfOf(segment)?.isn === segment.sequence ? old : young;
  const half = young.halfOf(segment) as HalfFlow;
  if (half.anchored) return continues(half, segment.sequence) ? young : old;
  const peer = young.peerOf(half);
  const answers = (segment.flags & TCP_FLAG.ack) !== 0 && continues(peer, segment.acknowledgment);
  return answers ? young : old;
}

function isSynOf(tracked: TrackedFlow, half: HalfFlow, segment: Segment): boolean {
  if (half.isn !== undefined) return half.isn === segment.sequence || isLateAnswer(tracked, half, segment);
  const first = (segment.sequence + 1) | 0;
  if (half.anchored) {
    return tracked.flow === undefined ? half.mayBeginAt(first) : half.positionOf(first) === half.base;
  }
  const peer = tracked.peerOf(half);
  if (peer.isn === undefined || (segment.flags & TCP_FLAG.ack) === 0) return true;
  const acknowledged = (segment.acknowledgment - ((peer.isn + 1) | 0)) | 0;
  return acknowledged >= 0 && acknowledged <= MAX_SYN_BYTES;
}

/** Another answer to the SYN that the flow began with, after the client took one. */
function isLateAnswer(tracked: TrackedFlow, half: HalfFlow, { flags, acknowledgment }: Segment): boolean {
  const { isn } = tracked.peerOf(half);
  return (
    (flags & TCP_FLAG.ack) !== 0 && isn !== undefined && acknowledgment === ((isn + 1) | 0) && half.acked >= half.floor
  );
}

/** Bytes that the flow has already are late copies. */
function isBehindOwnReset({ reset }: TrackedFlow, half: HalfFlow, { sequence, byteCount }: Segment): boolean {
  return reset !== undefined && reset.half === half && half.positionOf(sequence) + byteCount > half.next;
}

function continues(half: HalfFlow, sequence: number): boolean {
  return Math.abs(half.positionOf(sequence) - half.next) <= MAX_LATE_BYTES;
}
