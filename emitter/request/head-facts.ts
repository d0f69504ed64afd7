/**
 * What the emitter must know of a request's head before it sends it: one pass over its lines, no copy.
 *
 * Line starts are found by the next LF; a line's first byte decides whether it is looked at. Lines folded with leading
 * white space (obs-fold, RFC 9112 section 5.2) begin with none of those bytes, so their text counts for nothing.
 */
import { REPLAY_MARKER_HEADER } from '../../parser/index.ts';

export interface HeadFacts {
  /** There is a field section: a request line with a version. HTTP/0.9 has none and cannot be marked. */
  readonly fields: boolean;
  /** Value of `Host`, empty where absent. */
  readonly host: string;
  /** `Connection` holds `close`. */
  readonly closes: boolean;
  /** `Upgrade` is there: what follows may not be HTTP. */
  readonly upgrades: boolean;
  /** The marker is there: the request is replayed traffic itself. */
  readonly marked: boolean;
}

const LF = 0x0a;
const COLON = 0x3a;
/** Makes an ASCII letter lower case. */
const LOWER = 0x20;
const HOST = Buffer.from('host');
const CONNECTION = Buffer.from('connection');
const UPGRADE = Buffer.from('upgrade');
const MARKER = Buffer.from(REPLAY_MARKER_HEADER.toLowerCase());

/** @param head a message's first bytes, at least `headByteCount` of them */
export function readHeadFacts(head: Uint8Array, headByteCount: number): HeadFacts {
  let host = '';
  let closes = false;
  let upgrades = false;
  let marked = false;
  const firstField = head.indexOf(LF) + 1;
  let at = firstField;
  while (at > 0 && at < headByteCount) {
    const next = head.indexOf(LF, at) + 1;
    const end = next === 0 ? headByteCount : next;
    if (isField(head, at, end, HOST)) host = fieldValue(head, at + HOST.length + 1, end);
    else if (isField(head, at, end, CONNECTION))
      closes ||= /\bclose\b/i.test(fieldValue(head, at + CONNECTION.length + 1, end));
    else if (isField(head, at, end, UPGRADE)) upgrades = true;
    else if (isField(head, at, end, MARKER)) marked = true;
    at = next;
  }
  return { fields: firstField > 0 && firstField < headByteCount, host, closes, upgrades, marked };
}

function isField(bytes: Uint8Array, at: number, end: number, name: Uint8Array): boolean {
  if (at + name.length >= end || bytes[at + name.length] !== COLON) return false;
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] as number) | LOWER) !== name[i]) return false;
  }
  return true;
}

function fieldValue(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    .toString('latin1')
    .trim();
}
