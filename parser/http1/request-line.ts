/**
 * The first line of a request (RFC 9112, section 3), with a table of the ones met before.
 *
 *   GET SP /items?id=1 SP HTTP/1.1 CRLF        path: the target up to `?`, without credentials
 *   GET SP /items CRLF                         HTTP/0.9: no version, no header section
 *
 * Traffic repeats its verbs and paths, so their strings are made once and found again by a hash of their octets.
 */
import { latin1 } from '../latin1.ts';
import { isSecretPathParameter } from '../sealing/secret-names.ts';
import { INCOMPLETE } from './field-section.ts';
import { NOTE } from './notes.ts';
import { LOWER, TOKEN_OCTET } from './octets.ts';
import { NOT_A_START_LINE } from './status-line.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const TOKEN: Uint8Array = TOKEN_OCTET;

/** Longest verb believed; the longest registered one has 17 octets. */
const MAX_VERB_OCTETS = 32;
const QUESTION = 0x3f;
const VERSION_OCTETS = 8;

/** RFC 9110 and RFC 5789. */
export const COMMON_VERBS: readonly string[] = 'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' ');

/** Verbs taken without a version behind them, and without a note: the common ones, WebDAV and its relatives. */
const KNOWN_VERBS: ReadonlySet<string> = new Set([
  ...COMMON_VERBS,
  ...(
    'PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK ' +
    'REPORT SEARCH QUERY PURGE MKCALENDAR ACL BIND UNBIND REBIND LINK UNLINK MERGE CHECKOUT CHECKIN ' +
    'MKACTIVITY VERSION-CONTROL BASELINE-CONTROL UNCHECKOUT UPDATE LABEL MKWORKSPACE ORDERPATCH NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH'
  ).split(' '),
]);

export function isKnownVerb(verb: string): boolean {
  return KNOWN_VERBS.has(verb);
}

interface KnownLine {
  /** Verb, space and path. */
  readonly octets: Uint8Array;
  readonly verb: string;
  readonly path: string;
  readonly operation: string;
  readonly notes: number;
}

const TABLE_SIZE = 1024;
const MAX_TABLE_OCTETS = 256;

export class RequestLine {
  verb = '';
  path = '';
  operation = '';
  /** `HTTP/major.minor` as major * 10 + minor; 9 for a line without version. */
  version = 11;
  notes = 0;
  /** Where the target lies in the bytes read. */
  targetStart = 0;
  targetEnd = 0;
  readonly #table: (KnownLine | undefined)[] = new Array(TABLE_SIZE).fill(undefined);

  /** @returns position behind the line, {@link INCOMPLETE} or {@link NOT_A_START_LINE} */
  read(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    let hash = 0;
    while (at < end && TOKEN[bytes[at] as number] === 1) {
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
      at++;
    }
    const verbEnd = at;
    if (verbEnd - from > MAX_VERB_OCTETS) return NOT_A_START_LINE;
    if (at === end) return INCOMPLETE;
    if (verbEnd === from || bytes[at] !== SP) return NOT_A_START_LINE;
    this.notes = 0;
    while (bytes[at + 1] === SP) {
      at++;
      this.notes |= NOTE.oddTarget;
    }
    const pathStart = at + 1;
    at = pathStart;
    let octet = at < end ? (bytes[at] as number) : LF;
    while (octet > SP && octet !== QUESTION) {
      hash = Math.imul(hash ^ octet, 0x01000193);
      at++;
      if (at >= end) return INCOMPLETE;
      octet = bytes[at] as number;
    }
    const pathEnd = at;
    while (at < end && bytes[at] !== LF) at++;
    if (at >= end) return INCOMPLETE;
    let lineEnd = at;
    if (bytes[lineEnd - 1] === CR) lineEnd--;
    else this.notes |= NOTE.bareLf;
    while (lineEnd > pathStart && bytes[lineEnd - 1] === SP) lineEnd--;
    const targetEnd = this.#readVersion(bytes, pathStart, lineEnd);
    this.targetStart = pathStart;
    this.targetEnd = targetEnd;
    if (targetEnd < pathEnd || (bytes[pathEnd] === SP && pathEnd !== targetEnd)) {
      this.#spell(bytes, from, verbEnd, pathStart, targetEnd);
    } else this.#lookUp(bytes, from, verbEnd, pathStart, pathEnd, hash);
    if (this.version === 9 && !(isKnownVerb(this.verb) && isOneWord(bytes, pathStart, targetEnd))) {
      return NOT_A_START_LINE;
    }
    return at + 1;
  }

  /** @returns end of the target */
  #readVersion(bytes: Uint8Array, pathStart: number, lineEnd: number): number {
    const at = lineEnd - VERSION_OCTETS;
    if (at <= pathStart || bytes[at - 1] !== SP || !isVersion(bytes, at)) {
      this.version = 9;
      this.notes |= NOTE.http09;
      return lineEnd;
    }
    this.version = ((bytes[at + 5] as number) - 0x30) * 10 + (bytes[at + 7] as number) - 0x30;
    if (this.version !== 11 && this.version !== 10) this.notes |= NOTE.oddVersion;
    let targetEnd = at - 1;
    while (targetEnd > pathStart && bytes[targetEnd - 1] === SP) targetEnd--;
    return targetEnd;
  }

  #lookUp(bytes: Uint8Array, from: number, verbEnd: number, pathStart: number, pathEnd: number, hash: number): void {
    const slot = (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1);
    const known = this.#table[slot];
    if (known !== undefined && pathStart === verbEnd + 1 && sameOctets(bytes, from, pathEnd, known.octets)) {
      this.verb = known.verb;
      this.path = known.path;
      this.operation = known.operation;
      this.notes |= known.notes;
      return;
    }
    const before = this.notes;
    this.notes = 0;
    this.#spell(bytes, from, verbEnd, pathStart, pathEnd);
    if (pathStart === verbEnd + 1 && pathEnd - from <= MAX_TABLE_OCTETS) {
      const { verb, path, operation, notes } = this;
      this.#table[slot] = { octets: new Uint8Array(bytes.subarray(from, pathEnd)), verb, path, operation, notes };
    }
    this.notes |= before;
  }

  /** Makes the strings, and notes what is odd about verb and path. */
  #spell(bytes: Uint8Array, from: number, verbEnd: number, pathStart: number, targetEnd: number): void {
    let pathEnd = pathStart;
    while (pathEnd < targetEnd && bytes[pathEnd] !== QUESTION) pathEnd++;
    this.verb = latin1(bytes, from, verbEnd);
    const target = latin1(bytes, pathStart, pathEnd);
    this.path = withoutCredentials(target);
    this.operation = `${this.verb} ${this.path}`;
    if (!isKnownVerb(this.verb)) {
      this.notes |= isKnownVerb(this.verb.toUpperCase()) ? NOTE.lowerCaseVerb : NOTE.unknownVerb;
    }
    if (target.includes('://')) this.notes |= NOTE.absoluteForm;
    else if (!ORDINARY_PATH.test(target) && this.verb !== 'CONNECT') this.notes |= NOTE.oddTarget;
  }
}

/** Paths are indexed and listed: user information (RFC 3986, section 3.2.1) and session parameters stay in the bytes only. */
function withoutCredentials(path: string): string {
  const shown = path.includes('@') ? path.replace(USER_INFORMATION, '$1') : path;
  if (!shown.includes(';')) return shown;
  return shown.replace(PATH_PARAMETER, (parameter: string, name: string) =>
    isSecretPathParameter(name) ? '' : parameter,
  );
}

const USER_INFORMATION = /^([^:/]*:\/\/)[^/]*@/;

/** `;name=value` (RFC 3986, section 3.3). */
const PATH_PARAMETER = /;([^;/=]*)=[^;/]*/g;

/** Origin form of visible ASCII, or `*`. */
const ORDINARY_PATH = /^(?:\/[!-~]*|\*)$/;

function isVersion(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === 0x2f &&
    isDigit(bytes[at + 5] as number) &&
    bytes[at + 6] === 0x2e &&
    isDigit(bytes[at + 7] as number)
  );
}

function isDigit(octet: number): boolean {
  return octet >= 0x30 && octet <= 0x39;
}

function isOneWord(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) <= SP) return false;
  return end > start;
}

function sameOctets(bytes: Uint8Array, from: number, end: number, octets: Uint8Array): boolean {
  if (end - from !== octets.length) return false;
  for (let i = 0; i < octets.length; i++) if (bytes[from + i] !== octets[i]) return false;
  return true;
}

/** Whether the bytes so far can be the beginning of a verb and its space: any case. */
export function beginsRequestLine(bytes: Uint8Array, from: number, end: number): boolean {
  const until = Math.min(end, from + MAX_VERB_OCTETS + 1);
  for (let at = from; at < until; at++) {
    const octet = bytes[at] as number;
    if (octet === SP) return at > from;
    const letter = octet | LOWER;
    if ((letter < 0x61 || letter > 0x7a) && octet !== 0x2d && octet !== 0x5f) return false;
  }
  return until < from + MAX_VERB_OCTETS + 1;
}
