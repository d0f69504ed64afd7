/**
 * Sessions of a block in one entry: sessions are as many as flows, postings of them would be as many as exchanges.
 *
 *     +-------+------------------+
 *     | count | marks, u16 each  |    one a position, 0 where there is no session; a single one where all are equal
 *     | u8    | big-endian       |
 *     +-------+------------------+
 *
 * A mark is a hash: of a session that is not there, one block in a thousand has one. A search for a session walks these
 * entries, 64 exchanges a step.
 */
import type { IndexDocument } from '../../core/index.ts';

/** Characters of a session that count. */
const MAX_SESSION_CHARACTERS = 256;

/** FNV-1a, folded to 1 to 65,535; 0 for an empty text. */
export function sessionMark(session: string): number {
  if (session === '') return 0;
  let hash = 0x811c9dc5;
  const length = Math.min(session.length, MAX_SESSION_CHARACTERS);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ session.charCodeAt(i), 0x01000193);
  const folded = ((hash >>> 16) ^ hash) & 0xffff;
  return folded === 0 ? 1 : folded;
}

/** @returns undefined where no document has a session */
export function encodeSessionMarks(documents: readonly IndexDocument[]): Buffer | undefined {
  const count = documents.length;
  const marks = Buffer.allocUnsafe(1 + 2 * count);
  marks[0] = count;
  let isSame = true;
  let [lastSession, lastMark] = ['', 0];
  let firstMark = 0;
  for (let position = 0; position < count; position++) {
    const { session } = documents[position] as IndexDocument;
    if (session !== lastSession) {
      lastSession = session;
      lastMark = sessionMark(session);
    }
    if (position === 0) firstMark = lastMark;
    else if (lastMark !== firstMark) isSame = false;
    marks[1 + 2 * position] = lastMark >>> 8;
    marks[2 + 2 * position] = lastMark & 0xff;
  }
  if (!isSame) return marks;
  return firstMark === 0 ? undefined : marks.subarray(0, 3);
}

/** Positions with this mark, or with any where it is undefined; undefined where there is none, or for other bytes. */
export function positionsMarked(
  marks: Uint8Array,
  mark: number | undefined,
): { low: number; high: number } | undefined {
  const count = marks[0] ?? 0;
  const isSame = marks.length === 3;
  if (count > 64 || (marks.length !== 1 + 2 * count && !isSame)) return undefined;
  let [low, high] = [0, 0];
  for (let position = 0; position < count; position++) {
    const at = isSame ? 1 : 1 + 2 * position;
    const found = ((marks[at] as number) << 8) | (marks[at + 1] as number);
    if (mark === undefined ? found === 0 : found !== mark) continue;
    if (position < 32) low |= 1 << position;
    else high |= 1 << (position - 32);
  }
  return (low | high) === 0 ? undefined : { low: low >>> 0, high: high >>> 0 };
}
