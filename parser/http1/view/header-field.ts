/**
 * Header and trailer fields as a list of names and values, in order, nothing left out.
 *
 *   Name: value CRLF               blanks around name and value are no part of them
 *   SP more CRLF                   obs-fold: goes on with the value above, behind one space (RFC 9112, section 5.2)
 */
import { latin1 } from '../../latin1.ts';

const COLON = 0x3a;
const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;

/** One field; octets as latin1. A line without a name (no colon, or nothing before it) has an empty one and is the value. */
export interface HeaderField {
  /** As spelled on the wire. */
  readonly name: string;
  readonly value: string;
}

const NO_FIELDS: readonly HeaderField[] = Object.freeze([]);

/** The fields from `from` up to an empty line or `end`. */
export function readHeaderFields(bytes: Uint8Array, from: number, end: number): readonly HeaderField[] {
  if (from >= end) return NO_FIELDS;
  const fields: HeaderField[] = [];
  let at = from;
  while (at < end) {
    const lineFeed = lineEndOf(bytes, at, end);
    const lineEnd = lineFeed > at && bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    if (lineEnd === at) break;
    let next = lineFeed + 1;
    let value = '';
    let name = '';
    const colon = bytes.subarray(at, lineEnd).indexOf(COLON);
    if (colon > 0 && !isBlank(bytes[at])) name = latin1(bytes, at, at + colon).trimEnd();
    value = trimmed(bytes, name === '' ? at : at + colon + 1, lineEnd);
    while (next < end && isBlank(bytes[next])) {
      const foldEnd = lineEndOf(bytes, next, end);
      const more = trimmed(bytes, next, foldEnd);
      if (more !== '') value = value === '' ? more : `${value} ${more}`;
      next = foldEnd + 1;
    }
    fields.push({ name, value });
    at = next;
  }
  return fields;
}

/**
 * The values of all fields of this name, case ignored, in order; joined by `, ` they mean the same (RFC 9110, section 5.3),
 * but for `Set-Cookie`.
 */
export function headerValues(fields: readonly HeaderField[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return fields.filter((field) => field.name.toLowerCase() === wanted).map(({ value }) => value);
}

/** The members of a comma-separated list field in lower case, over all its lines; empty members are none. */
export function listMembers(fields: readonly HeaderField[], name: string): readonly string[] {
  return headerValues(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== '');
}

function lineEndOf(bytes: Uint8Array, at: number, end: number): number {
  const found = bytes.indexOf(LF, at);
  return found < 0 || found >= end ? end : found;
}

function isBlank(octet: number | undefined): boolean {
  return octet === SP || octet === HTAB;
}

function trimmed(bytes: Uint8Array, start: number, end: number): string {
  let from = start;
  let until = end;
  while (from < until && (isBlank(bytes[from]) || bytes[from] === CR)) from++;
  while (until > from && (isBlank(bytes[until - 1]) || bytes[until - 1] === CR)) until--;
  return latin1(bytes, from, until);
}
