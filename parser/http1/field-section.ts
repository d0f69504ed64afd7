/**
 * The header fields of one head, read in one pass, keeping only what framing, naming and tracing need.
 *
 *   name ":" value CRLF            the name decides by its length and first letter whether it is looked at
 *   SP value CRLF                  obs-fold: goes on with the value above (RFC 9112, section 5.2)
 *   CRLF                           ends the section
 *
 * Nothing is allocated for a head; the object is read into again and again. Cost: each octet is looked at once; the
 * search for the last line's end may look beyond `end`, up to the end of `bytes`.
 */
import { NOTE } from './notes.ts';
import { foldedOctets } from './octets.ts';

// Own constants: an imported binding is loaded anew at each use, which doubles the time of the loops below.
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;
const COMMA = 0x2c;
const LOWER = 0x20;
const BARE_LF: number = NOTE.bareLf;

/** Finds the line end of a field; quicker than a loop for all but the shortest values. */
const indexOf = Buffer.prototype.indexOf as (this: Uint8Array, octet: number, from: number) => number;

/** `read` ran out of bytes before the section ended. */
export const INCOMPLETE = -1;

export const ABSENT = -1;
/** A Content-Length that is no number. */
export const INVALID = -2;
/** A Content-Length that no body can have: beyond 2^53 - 1. */
export const ABSURD = -3;

export type TransferEncoding = 'none' | 'chunked' | 'other';

/** What a wanted field is to the parser; extra fields are numbered from {@link EXTRA}. */
const KIND = { contentLength: 0, transferEncoding: 1, connection: 2, host: 3, expect: 4, upgrade: 5 } as const;
const EXTRA = 16;

interface WantedField {
  readonly name: Uint8Array;
  readonly kind: number;
}

export class FieldSection {
  /** Octets of the body as announced, or {@link ABSENT}, {@link INVALID}, {@link ABSURD}. */
  contentLength = ABSENT;
  transferEncoding: TransferEncoding = 'none';
  connectionClose = false;
  connectionKeepAlive = false;
  hasUpgrade = false;
  /** Where the value of Upgrade lies; of use where there is one. */
  upgradeStart = 0;
  upgradeEnd = 0;
  expectsContinue = false;
  /** Where the value of Host lies in the bytes read; -1 where there is none. */
  hostStart = -1;
  hostEnd = -1;
  /** Bits of {@link NOTE}. */
  notes = 0;
  /** Where the value of each extra field lies, by its place in the list given; the start is -1 where it is absent. */
  readonly extraStart: Int32Array;
  readonly extraEnd: Int32Array;
  /** Any of the extra fields is there. */
  hasExtra = false;
  /** By first letter, case folded; `#letters` has 1 where there are any. */
  readonly #wanted: (readonly WantedField[])[];
  readonly #letters: Uint8Array;

  /** @param extraNames further fields to locate, such as trace headers */
  constructor(extraNames: readonly string[]) {
    this.extraStart = new Int32Array(extraNames.length).fill(-1);
    this.extraEnd = new Int32Array(extraNames.length);
    const byLetter: WantedField[][] = Array.from({ length: 256 }, () => []);
    const want = (name: string, kind: number) => {
      const octets = foldedOctets(name);
      byLetter[octets[0] ?? 0]?.push({ name: octets, kind });
    };
    want('content-length', KIND.contentLength);
    want('transfer-encoding', KIND.transferEncoding);
    want('connection', KIND.connection);
    want('host', KIND.host);
    want('expect', KIND.expect);
    want('upgrade', KIND.upgrade);
    for (const [place, name] of extraNames.entries()) want(name, EXTRA + place);
    this.#wanted = byLetter;
    this.#letters = Uint8Array.from(byLetter, (fields) => (fields.length > 0 ? 1 : 0));
  }

  /**
   * @param bytes borrowed; the positions kept point into it
   * @returns position behind the empty line, or {@link INCOMPLETE} (then nothing read is of use)
   */
  read(bytes: Uint8Array, from: number, end: number): number {
    this.#clear();
    const letters = this.#letters;
    let at = from;
    while (at < end) {
      const first = bytes[at] as number;
      if (first === LF) {
        this.notes |= BARE_LF;
        return at + 1;
      }
      if (first === CR) {
        if (at + 1 >= end) return INCOMPLETE;
        if (bytes[at + 1] === LF) return at + 2;
      }
      let nameEnd = at;
      let octet = first;
      while (octet !== COLON && octet > SP) {
        if (++nameEnd >= end) return INCOMPLETE;
        octet = bytes[nameEnd] as number;
      }
      let lineEnd = octet === LF ? nameEnd : indexOf.call(bytes, LF, nameEnd);
      if (lineEnd < 0 || lineEnd >= end) return INCOMPLETE;
      if (bytes[lineEnd - 1] !== CR) this.notes |= BARE_LF;
      const next = lineEnd + 1 < end ? (bytes[lineEnd + 1] as number) : 0;
      if (next === SP || next === HTAB) {
        this.notes |= NOTE.obsFold;
        lineEnd = endOfFold(bytes, lineEnd, end);
        if (lineEnd === INCOMPLETE) return INCOMPLETE;
      }
      const colon = bytes[nameEnd] === COLON && nameEnd > at ? nameEnd : this.#oddColon(bytes, at, nameEnd, lineEnd);
      if (letters[first | LOWER] === 1 && colon >= 0) this.#look(bytes, at, nameEnd, colon + 1, lineEnd);
      at = lineEnd + 1;
    }
    return INCOMPLETE;
  }

  /** Where the colon is when it does not follow the name at once; -1 where there is none, or no name. */
  #oddColon(bytes: Uint8Array, at: number, nameEnd: number, lineEnd: number): number {
    const colon = nameEnd === at ? -1 : colonAfterBlanks(bytes, nameEnd, lineEnd);
    this.notes |= colon < 0 ? NOTE.malformedField : NOTE.spaceBeforeColon;
    return colon;
  }

  #clear(): void {
    this.contentLength = ABSENT;
    this.transferEncoding = 'none';
    this.connectionClose = false;
    this.connectionKeepAlive = false;
    this.hasUpgrade = false;
    this.expectsContinue = false;
    this.hostStart = -1;
    this.hostEnd = -1;
    this.notes = 0;
    if (this.hasExtra) {
      for (let place = 0; place < this.extraStart.length; place++) this.extraStart[place] = -1;
      this.hasExtra = false;
    }
  }

  #look(bytes: Uint8Array, at: number, nameEnd: number, from: number, until: number): void {
    const wanted = this.#wanted[(bytes[at] as number) | LOWER] as readonly WantedField[];
    const length = nameEnd - at;
    for (let i = 0; i < wanted.length; i++) {
      const field = wanted[i] as WantedField;
      if (field.name.length !== length || !sameName(bytes, at, field.name)) continue;
      let start = from;
      let end = until;
      while (start < end && (bytes[start] as number) <= SP && isBlank(bytes[start] as number)) start++;
      while (end > start && (bytes[end - 1] as number) <= SP && isBlank(bytes[end - 1] as number)) end--;
      this.#take(field.kind, bytes, start, end);
      return;
    }
  }

  #take(kind: number, bytes: Uint8Array, start: number, end: number): void {
    if (kind >= EXTRA) {
      const place = kind - EXTRA;
      if ((this.extraStart[place] as number) >= 0) return;
      this.extraStart[place] = start;
      this.extraEnd[place] = end;
      this.hasExtra = true;
      return;
    }
    switch (kind) {
      case KIND.contentLength:
        this.#takeContentLength(bytes, start, end);
        return;
      case KIND.transferEncoding:
        this.#takeTransferEncoding(bytes, start, end);
        if (isFolded(bytes, start, end)) this.notes |= NOTE.foldedFramingField;
        return;
      case KIND.connection:
        if (end - start === KEEP_ALIVE.length && sameName(bytes, start, KEEP_ALIVE)) this.connectionKeepAlive = true;
        else {
          if (hasListMember(bytes, start, end, CLOSE)) this.connectionClose = true;
          if (hasListMember(bytes, start, end, KEEP_ALIVE)) this.connectionKeepAlive = true;
        }
        return;
      case KIND.host:
        if (this.hostStart >= 0) {
          this.notes |= NOTE.repeatedHost;
          return;
        }
        this.hostStart = start;
        this.hostEnd = end;
        return;
      case KIND.expect:
        this.expectsContinue = hasListMember(bytes, start, end, CONTINUE);
        return;
      default:
        this.hasUpgrade = true;
        this.upgradeStart = start;
        this.upgradeEnd = end;
    }
  }

  /** RFC 9110, section 8.6: a list of equal values counts as one; the first of conflicting ones is taken and noted. */
  #takeContentLength(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    do {
      let stop = at;
      while (stop < end && bytes[stop] !== COMMA) stop++;
      const value = toLength(bytes, at, stop);
      if (value === INVALID) this.notes |= NOTE.invalidContentLength;
      if (this.contentLength === ABSENT) this.contentLength = value;
      else if (this.contentLength === value) this.notes |= NOTE.repeatedContentLength;
      else this.notes |= NOTE.conflictingContentLength;
      at = stop + 1;
    } while (at < end);
    if ((this.notes & NOTE.obsFold) !== 0 && isFolded(bytes, start, end)) this.notes |= NOTE.foldedFramingField;
  }

  /** RFC 9112, section 6.1: only a final `chunked` frames the body. `identity` is the absence of a coding. */
  #takeTransferEncoding(bytes: Uint8Array, start: number, end: number): void {
    if (this.transferEncoding !== 'none') this.notes |= NOTE.repeatedTransferEncoding;
    let last = end;
    while (last > start && bytes[last - 1] !== COMMA) last--;
    if (hasListMember(bytes, last, end, CHUNKED)) this.transferEncoding = 'chunked';
    else {
      if (!hasListMember(bytes, start, end, IDENTITY)) this.transferEncoding = 'other';
      this.notes |= NOTE.unknownTransferEncoding;
    }
  }
}

function isFolded(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === LF) return true;
  return false;
}

/** Space, tab, and the line ends that an obs-fold leaves inside a value. */
function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB || octet === CR || octet === LF;
}

const CLOSE = foldedOctets('close');
const KEEP_ALIVE = foldedOctets('keep-alive');
const CONTINUE = foldedOctets('100-continue');
const CHUNKED = foldedOctets('chunked');
const IDENTITY = foldedOctets('identity');

function sameName(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] as number) | LOWER) !== name[i]) return false;
  }
  return true;
}

/** Line end of the last line that continues the one ending at `lineEnd`, or {@link INCOMPLETE}. */
function endOfFold(bytes: Uint8Array, lineEnd: number, end: number): number {
  let at = lineEnd;
  while (at + 1 < end && (bytes[at + 1] === SP || bytes[at + 1] === HTAB)) {
    at++;
    while (at < end && bytes[at] !== LF) at++;
  }
  return at + 1 < end ? at : INCOMPLETE;
}

function colonAfterBlanks(bytes: Uint8Array, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && (bytes[at] === SP || bytes[at] === HTAB)) at++;
  return bytes[at] === COLON ? at : -1;
}

/** Whether a comma-separated list holds the member, without case; parameters behind `;` belong to the member and miss. */
function hasListMember(bytes: Uint8Array, start: number, end: number, member: Uint8Array): boolean {
  let at = start;
  while (at < end) {
    while (at < end && (isBlank(bytes[at] as number) || bytes[at] === COMMA)) at++;
    let stop = at;
    while (stop < end && bytes[stop] !== COMMA) stop++;
    let last = stop;
    while (last > at && isBlank(bytes[last - 1] as number)) last--;
    if (last - at === member.length && sameName(bytes, at, member)) return true;
    at = stop + 1;
  }
  return false;
}

function toLength(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  let until = end;
  while (from < until && isBlank(bytes[from] as number)) from++;
  while (until > from && isBlank(bytes[until - 1] as number)) until--;
  if (from === until) return INVALID;
  let value = 0;
  for (let at = from; at < until; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return INVALID;
    value = value * 10 + digit;
  }
  return value > Number.MAX_SAFE_INTEGER ? ABSURD : value;
}
