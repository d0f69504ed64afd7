/**
 * What a direction speaks, told from its first bytes.
 *
 * A verdict that is not `undecided` stays the same however many bytes follow, so the cut of the stream does not matter.
 * Cost: at most {@link MAX_UNDECIDED_BYTES} octets are looked at.
 */
import { CR, LF, SP } from '../http1/octets.ts';
import { isKnownVerb } from '../http1/request-line.ts';
import { latin1 } from '../latin1.ts';
import { HTTP_REQUEST, judgeLine, judgeStatusLine } from './line-protocols.ts';
import { OPEN_SIGNATURES, type Signature, signaturesFor } from './signatures.ts';
import { likely, MAX_UNDECIDED_BYTES, sure, UNDECIDED, UNKNOWN, type Verdict } from './verdict.ts';

const REDIS = sure('redis');

export function judgeFirstBytes(bytes: Uint8Array): Verdict {
  const seen = Math.min(bytes.length, MAX_UNDECIDED_BYTES);
  if (seen === 0) return UNDECIDED;
  const beginning = bytes.length === seen ? bytes : bytes.subarray(0, seen);
  const signed = judgeSignatures(signaturesFor(bytes[0] as number), beginning);
  if (signed !== UNKNOWN) return signed;
  const told = judgeFirstLine(beginning);
  if (told !== UNKNOWN && told !== UNDECIDED) return told;
  const open = judgeSignatures(OPEN_SIGNATURES, beginning);
  return open === UNKNOWN ? told : open;
}

function judgeFirstLine(bytes: Uint8Array): Verdict {
  const seen = bytes.length;
  let start = 0;
  while (start < seen && (bytes[start] === CR || bytes[start] === LF)) start++;
  if (start === seen) return seen === MAX_UNDECIDED_BYTES ? UNKNOWN : UNDECIDED;
  return judgeText(bytes, start, seen);
}

/** The first signature that fits; `undecided` when one may still fit that comes before any that does. */
function judgeSignatures(candidates: readonly Signature[], bytes: Uint8Array): Verdict {
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i] as Signature;
    const { octets } = candidate;
    const count = Math.min(octets.length, bytes.length);
    let place = 0;
    while (place < count && (octets[place] === -1 || octets[place] === bytes[place])) place++;
    if (place < count) continue;
    if (count < octets.length) return UNDECIDED;
    const verdict = judgeForm(candidate, bytes);
    if (verdict !== UNKNOWN) return verdict;
  }
  return UNKNOWN;
}

function judgeForm({ check, verdict }: Signature, bytes: Uint8Array): Verdict {
  if (typeof verdict === 'function') return verdict(bytes) ?? UNDECIDED;
  const fits = check === undefined || check(bytes);
  if (fits === undefined) return bytes.length === MAX_UNDECIDED_BYTES ? UNKNOWN : UNDECIDED;
  return fits ? verdict : UNKNOWN;
}

function judgeText(bytes: Uint8Array, start: number, seen: number): Verdict {
  let lineEnd = start;
  while (lineEnd < seen && isText(bytes[lineEnd] as number)) lineEnd++;
  const complete = lineEnd < seen && (bytes[lineEnd] === LF || bytes[lineEnd] === CR);
  const line = latin1(bytes, start, lineEnd);
  const status = judgeStatusLine(line);
  if (status !== undefined) return status;
  if (complete) return /^\*\d+$/.test(line) ? judgeRedisArray(bytes, lineEnd, seen) : judgeLine(line);
  if (lineEnd < seen) return UNKNOWN;
  if (seen < MAX_UNDECIDED_BYTES) return mayBeLine(line) ? UNDECIDED : UNKNOWN;
  return isKnownVerb(line.slice(0, Math.max(0, line.indexOf(' ')))) ? HTTP_REQUEST : UNKNOWN;
}

/** `*3 CRLF $3 CRLF SET …`: the elements of a request are bulk strings; those of an answer may be others. */
function judgeRedisArray(bytes: Uint8Array, lineEnd: number, seen: number): Verdict {
  if (lineEnd + 2 >= seen) return UNDECIDED;
  if (bytes[lineEnd] !== CR || bytes[lineEnd + 1] !== LF) return UNKNOWN;
  const element = String.fromCharCode(bytes[lineEnd + 2] as number);
  return element === '$' ? REDIS : ELEMENTS.includes(element) ? likely('redis') : UNKNOWN;
}

const ELEMENTS = ':*+-%_#,~';

/** Cheap reasons against waiting for the end of a line: its first word is far too long. */
function mayBeLine(line: string): boolean {
  const space = line.indexOf(' ');
  return (space < 0 ? line.length : space) <= MAX_WORD_OCTETS || line.length < STATUS_OCTETS;
}

const STATUS_OCTETS = 12;
const MAX_WORD_OCTETS = 64;

/** Visible ASCII, space and tab, and octets of UTF-8 beyond ASCII. */
function isText(octet: number): boolean {
  return octet === 0x09 || (octet >= SP && octet !== 0x7f);
}
