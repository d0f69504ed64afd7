/**
 * Header and trailer fields as a list of names and values, in order, nothing left out.
 *
 *   Name: value CRLF               blanks around name and value are no part of them
 *   SP more CRLF                   obs-fold: goes on with the value above, behind one space (RFC 9112, section 5.2)
 */
import { latin1 } from '../../latin1.ts';

const CR = 0x0d;
const HTAB = 0x09;
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
  const text = latin1(bytes, from, end);
  const fields: HeaderField[] = [];
  let at = 0;
  /** The next one; looked for once, so that lines without colon cost no more than others. */
  let colon = -1;
  while (at < text.length) {
    const lineEnd = positionOf(text, '\n', at);
    if (lineEnd === at || (lineEnd === at + 1 && text.charCodeAt(at) === CR)) break;
    if (colon < at) colon = positionOf(text, ':', at);
    const isNamed = colon > at && colon < lineEnd && !isBlank(text.charCodeAt(at));
    const name = isNamed ? trimmed(text, at, colon) : '';
    let value = trimmed(text, isNamed ? colon + 1 : at, lineEnd);
    let next = lineEnd + 1;
    while (isBlank(text.charCodeAt(next))) {
      const foldEnd = positionOf(text, '\n', next);
      const more = trimmed(text, next, foldEnd);
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

/** The end of the text where it is not there. */
function positionOf(text: string, character: string, at: number): number {
  const found = text.indexOf(character, at);
  return found < 0 ? text.length : found;
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB;
}

/** Without blanks at both ends, and the CR of a line end. */
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let until = end;
  while (until > from && (isBlank(text.charCodeAt(until - 1)) || text.charCodeAt(until - 1) === CR)) until--;
  while (from < until && (isBlank(text.charCodeAt(from)) || text.charCodeAt(from) === CR)) from++;
  return text.slice(from, until);
}
