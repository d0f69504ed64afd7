/**
 * Which message may be believed behind a loss, for what both sides of the flow have shown.
 *
 * Where client and server take turns, a stretch holds one message at most, and only where the other side spoke. Otherwise
 * as many as fill it to its end, and as the other side shows there can be.
 */
import type { Direction } from '../../core/index.ts';
import type { Pairing } from './pairing.ts';
import { NO_START, type SearchRule, type StartSearch, type StretchEnd } from './start-search.ts';

const ANY_REQUESTS: SearchRule = {
  firstByteOnly: false,
  maxMessages: Number.POSITIVE_INFINITY,
  end: 'anywhere',
  kind: 'plain',
};

/**
 * @param followsGap only whole messages were read up to the gap before the bytes
 * @param end what is known about where the bytes end
 * @returns position of the first message, or `NO_START`
 */
export function findBelievedStart(
  search: StartSearch,
  pairing: Pairing,
  direction: Direction,
  bytes: Uint8Array,
  followsGap: boolean,
  end: StretchEnd,
): number {
  const inTurns = !pairing.mayPipeline(direction);
  if (direction === 1) {
    const { owed, kind } = pairing;
    const maxMessages = inTurns ? Math.min(owed, 1) : owed;
    const firstByteOnly = inTurns && followsGap && !pairing.revoked;
    return search.find(1, bytes, { firstByteOnly, maxMessages, end, kind });
  }
  const beyond = pairing.answersBeyond;
  if (!inTurns) return search.find(0, bytes, { ...ANY_REQUESTS, end });
  if (beyond > 0) return search.find(0, bytes, { ...ANY_REQUESTS, maxMessages: beyond, end });
  if (!pairing.answeredUnseen) return NO_START;
  return search.find(0, bytes, { ...ANY_REQUESTS, firstByteOnly: followsGap, end });
}

/** Whether whole requests may be among the bytes, the last of them ending with them. */
export function mayHoldRequests(search: StartSearch, bytes: Uint8Array): boolean {
  return search.find(0, bytes, { ...ANY_REQUESTS, end: 'message' }) !== NO_START;
}
