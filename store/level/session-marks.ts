/**
 * Sessions are as many as flows, postings of them would be as many as exchanges: each has a mark instead, a hash of 16
 * bits. Of a session that is not there, one block in a thousand has the mark.
 */

export const SESSION_MARK_BYTES = 2;
export const FIRST_SESSION_MARK = 1;
export const LAST_SESSION_MARK = 0xffff;
/** Characters of a session that count. */
const MAX_SESSION_CHARACTERS = 256;

/** FNV-1a, folded to 1 to 65,535; 0 for an empty text. */
export function sessionMark(session: string): number {
  if (session === '') return 0;
  let hash = 0x811c9dc5;
  const length = Math.min(session.length, MAX_SESSION_CHARACTERS);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ session.charCodeAt(i), 0x01000193);
  const folded = ((hash >>> 16) ^ hash) & 0xffff;
  return folded === 0 ? FIRST_SESSION_MARK : folded;
}
