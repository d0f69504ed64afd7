/**
 * The first line of a response (RFC 9112, section 4).
 *
 *   HTTP/1.1 SP 200 SP OK CRLF        the reason phrase may be empty, and is missing with its space on old servers
 */

import { INCOMPLETE } from './field-section.ts';
import { NOTE } from './notes.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;

/** The line is not a status line. */
export const NOT_A_START_LINE = -2;

/** Longest believable start line prefix looked at before giving an answer: `HTTP/1.1 200`. */
const PREFIX_OCTETS = 12;

export class StatusLine {
  status = 0;
  /** `HTTP/major.minor` as major * 10 + minor. */
  version = 11;
  notes = 0;

  /** @returns position behind the line, {@link INCOMPLETE} or {@link NOT_A_START_LINE} */
  read(bytes: Uint8Array, from: number, end: number): number {
    if (!beginsStatusLine(bytes, from, end)) return NOT_A_START_LINE;
    if (end - from < PREFIX_OCTETS + 1) return INCOMPLETE;
    const major = (bytes[from + 5] as number) - 0x30;
    const minor = (bytes[from + 7] as number) - 0x30;
    this.version = major * 10 + minor;
    this.notes = this.version === 11 || this.version === 10 ? 0 : NOTE.oddVersion;
    this.status =
      ((bytes[from + 9] as number) - 0x30) * 100 +
      ((bytes[from + 10] as number) - 0x30) * 10 +
      (bytes[from + 11] as number) -
      0x30;
    if (this.status < 100 || this.status > 599) this.notes |= NOTE.oddStatus;
    const after = bytes[from + PREFIX_OCTETS] as number;
    if (after !== SP && after !== CR && after !== LF) return NOT_A_START_LINE;
    let at = from + PREFIX_OCTETS;
    while (at < end && bytes[at] !== LF) at++;
    if (at >= end) return INCOMPLETE;
    if (bytes[at - 1] !== CR) this.notes |= NOTE.bareLf;
    if (after !== SP) this.notes |= NOTE.missingReasonPhrase;
    return at + 1;
  }
}

/**
 * Whether the bytes so far are the beginning of a status line: `HTTP/D.D DDD`. True for fewer bytes too, as long as
 * none of them contradicts.
 */
export function beginsStatusLine(bytes: Uint8Array, from: number, end: number): boolean {
  const count = Math.min(end - from, PREFIX_OCTETS);
  for (let i = 0; i < count; i++) {
    const octet = bytes[from + i] as number;
    const wanted = STATUS_PREFIX[i] as number;
    if (wanted === DIGIT ? octet < 0x30 || octet > 0x39 : octet !== wanted) return false;
  }
  return true;
}

/** Whether the bytes begin with a status line of 1xx, other than 101. */
export function beginsInterim(bytes: Uint8Array): boolean {
  return beginsStatusLine(bytes, 0, bytes.length) && bytes[9] === 0x31 && !(bytes[10] === 0x30 && bytes[11] === 0x31);
}

const DIGIT = 0;
const STATUS_PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f, DIGIT, 0x2e, DIGIT, SP, DIGIT, DIGIT, DIGIT] as const;
