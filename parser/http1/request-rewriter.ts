/**
 * Changes header fields of a stored request and leaves every other byte as it is.
 *
 * A field that is set and there keeps its place and the spelling of its name and gets the new value; repeats of it are
 * removed; one that is not there is put at the end of the head. A request without header section (HTTP/0.9) stays as it is.
 */
import type { Message } from '../../core/index.ts';
import { foldedOctets } from './octets.ts';

// Own constants: imported bindings are slow in hot loops (see field-section.ts).
const COLON = 0x3a;
const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const LOWER = 0x20;
const SP = 0x20;

export interface RequestEdits {
  readonly setHeaders?: readonly (readonly [name: string, value: string])[];
  readonly removeHeaders?: readonly string[];
  /** Short for setting `Host`. */
  readonly host?: string;
}

export type RewritableRequest = Pick<Message, 'parts' | 'headByteCount'>;

interface FieldEdit {
  readonly name: Uint8Array;
  /** ` value CRLF`, to follow the colon; undefined where the field is removed. */
  readonly value: Uint8Array | undefined;
  /** `Name: value CRLF`. */
  readonly line: Uint8Array;
}

/** Bodies up to this size are copied behind the new head, so that a request is one write. */
const MAX_JOINED_BODY_BYTES = 16 * 1024;

/** One set of edits applied to many requests. */
export class RequestRewriter {
  readonly #edits: readonly FieldEdit[];
  readonly #seen: Uint8Array;
  readonly #maxGrowth: number;

  constructor(edits: RequestEdits) {
    const set = [...(edits.setHeaders ?? [])];
    if (edits.host !== undefined) set.push(['Host', edits.host]);
    const encoded: FieldEdit[] = set.map(([name, value]) => ({
      name: foldedOctets(name),
      value: Buffer.from(` ${value}\r\n`, 'latin1'),
      line: Buffer.from(`${name}: ${value}\r\n`, 'latin1'),
    }));
    for (const name of edits.removeHeaders ?? []) {
      encoded.push({ name: foldedOctets(name), value: undefined, line: new Uint8Array(0) });
    }
    this.#edits = encoded;
    this.#seen = new Uint8Array(encoded.length);
    this.#maxGrowth = encoded.reduce((sum, edit) => sum + edit.line.length + (edit.value?.length ?? 0), 0);
  }

  /** @returns the bytes to send, in order; parts of the body are the given ones or views of them */
  rewrite(request: RewritableRequest): readonly Uint8Array[] {
    const { parts, headByteCount } = request;
    const first = parts[0];
    if (first === undefined) return parts;
    if (first.length < headByteCount) return this.rewrite({ parts: [Buffer.concat(parts)], headByteCount });
    const fieldsAt = first.indexOf(LF) + 1;
    if (fieldsAt === 0 || fieldsAt >= headByteCount) return parts;
    const bodyBytes = first.length - headByteCount;
    const joined = bodyBytes <= MAX_JOINED_BODY_BYTES ? bodyBytes : 0;
    const out = Buffer.allocUnsafe(headByteCount + this.#maxGrowth + joined);
    let at = this.#writeHead(out, first, fieldsAt, headByteCount);
    if (joined > 0) {
      out.set(first.subarray(headByteCount), at);
      at += joined;
    }
    const head = out.subarray(0, at);
    if (joined === bodyBytes && parts.length === 1) return [head];
    const rest = parts.slice(1);
    return joined === bodyBytes ? [head, ...rest] : [head, first.subarray(headByteCount), ...rest];
  }

  #writeHead(out: Buffer, bytes: Uint8Array, fieldsAt: number, headEnd: number): number {
    const edits = this.#edits;
    this.#seen.fill(0);
    let written = 0;
    let keptFrom = 0;
    let at = fieldsAt;
    const keepUntil = (until: number) => {
      out.set(bytes.subarray(keptFrom, until), written);
      written += until - keptFrom;
    };
    while (at < headEnd && !isEmptyLine(bytes, at)) {
      const lineEnd = endOfField(bytes, at, headEnd);
      const place = this.#editOf(bytes, at, lineEnd);
      const edit = edits[place];
      if (edit !== undefined) {
        if (edit.value === undefined || this.#seen[place] === 1) keepUntil(at);
        else {
          keepUntil(bytes.indexOf(COLON, at) + 1);
          out.set(edit.value, written);
          written += edit.value.length;
        }
        this.#seen[place] = 1;
        keptFrom = lineEnd;
      }
      at = lineEnd;
    }
    keepUntil(at);
    for (let i = 0; i < edits.length; i++) {
      if (this.#seen[i] === 1) continue;
      const line = (edits[i] as FieldEdit).line;
      out.set(line, written);
      written += line.length;
    }
    keptFrom = at;
    keepUntil(headEnd);
    return written;
  }

  /** Place of the edit that names the field of this line, or -1. */
  #editOf(bytes: Uint8Array, at: number, lineEnd: number): number {
    const edits = this.#edits;
    const first = (bytes[at] as number) | LOWER;
    for (let i = 0; i < edits.length; i++) {
      const name = (edits[i] as FieldEdit).name;
      if (name[0] !== first || at + name.length >= lineEnd || !isNameAt(bytes, at, name)) continue;
      let colon = at + name.length;
      while (bytes[colon] === SP || bytes[colon] === HTAB) colon++;
      if (bytes[colon] === COLON) return i;
    }
    return -1;
  }
}

/** {@link RequestRewriter} for one request. */
export function rewriteRequest(request: RewritableRequest, edits: RequestEdits): readonly Uint8Array[] {
  return new RequestRewriter(edits).rewrite(request);
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
