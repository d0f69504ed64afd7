/** Edits of header fields, and the one pass over a head that applies them. */
import { foldedOctets } from '../octets.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const COLON = 0x3a;
const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const LOWER = 0x20;
const SP = 0x20;

export interface FieldEdit {
  /** As {@link foldedOctets}. */
  readonly name: Uint8Array;
  /** ` value CRLF`, to follow the colon; undefined where the field is removed. */
  readonly value: Uint8Array | undefined;
  /** `Name: value CRLF`; empty where the field is removed. */
  readonly line: Uint8Array;
}

/** A span of the head that is replaced. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly octets: Uint8Array;
}

export function setField(name: string, value: string): FieldEdit {
  return {
    name: foldedOctets(name),
    value: Buffer.from(` ${value}\r\n`, 'latin1'),
    line: Buffer.from(`${name}: ${value}\r\n`, 'latin1'),
  };
}

export function removeField(name: string): FieldEdit {
  return { name: foldedOctets(name), value: undefined, line: new Uint8Array(0) };
}

/** Bytes by which a head can grow. */
export function growthOf(edits: readonly FieldEdit[]): number {
  return edits.reduce((sum, edit) => sum + edit.line.length + (edit.value?.length ?? 0), 0);
}

/**
 * Writes the head with its edits.
 *
 * @param target replaces a span of the first line; undefined where it stays
 * @param fieldsAt position behind the first line
 * @returns length written; `out` must have room for the head, {@link growthOf} the edits and the new target
 */
export function writeHead(
  out: Uint8Array,
  bytes: Uint8Array,
  fieldsAt: number,
  headEnd: number,
  edits: readonly FieldEdit[],
  seen: Uint8Array,
  target: Replacement | undefined,
): number {
  let written = 0;
  let keptFrom = 0;
  let at = fieldsAt;
  seen.fill(0);
  if (target !== undefined) {
    out.set(bytes.subarray(0, target.start), 0);
    out.set(target.octets, target.start);
    written = target.start + target.octets.length;
    keptFrom = target.end;
  }
  while (at < headEnd && !isEmptyLine(bytes, at)) {
    const lineEnd = endOfField(bytes, at, headEnd);
    const place = editOf(edits, bytes, at, lineEnd);
    if (place >= 0) {
      const { value } = edits[place] as FieldEdit;
      const keptUntil = value === undefined || seen[place] === 1 ? at : bytes.indexOf(COLON, at) + 1;
      out.set(bytes.subarray(keptFrom, keptUntil), written);
      written += keptUntil - keptFrom;
      if (value !== undefined && seen[place] === 0) {
        out.set(value, written);
        written += value.length;
      }
      seen[place] = 1;
      keptFrom = lineEnd;
    }
    at = lineEnd;
  }
  out.set(bytes.subarray(keptFrom, at), written);
  written += at - keptFrom;
  for (let i = 0; i < edits.length; i++) {
    if (seen[i] === 1) continue;
    const { line } = edits[i] as FieldEdit;
    out.set(line, written);
    written += line.length;
  }
  out.set(bytes.subarray(at, headEnd), written);
  return written + headEnd - at;
}

/** Place of the edit that names the field of this line, or -1. */
function editOf(edits: readonly FieldEdit[], bytes: Uint8Array, at: number, lineEnd: number): number {
  const first = (bytes[at] as number) | LOWER;
  for (let i = 0; i < edits.length; i++) {
    const { name } = edits[i] as FieldEdit;
    if (name[0] !== first || at + name.length >= lineEnd || !isNameAt(bytes, at, name)) continue;
    let colon = at + name.length;
    while (bytes[colon] === SP || bytes[colon] === HTAB) colon++;
    if (bytes[colon] === COLON) return i;
  }
  return -1;
}

function isNameAt(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] as number) | LOWER) !== name[i]) return false;
  }
  return true;
}

function isEmptyLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);
}

/** Position behind the field that begins at `at`, with the lines folded into it. */
function endOfField(bytes: Uint8Array, at: number, headEnd: number): number {
  let end = at;
  do {
    while (end < headEnd && bytes[end] !== LF) end++;
    end = Math.min(end + 1, headEnd);
  } while (end < headEnd && (bytes[end] === SP || bytes[end] === HTAB));
  return end;
}
