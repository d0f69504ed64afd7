/**
 * What stands where in a request's head, so that values are replaced only where they may be.
 *
 *   GET /path?query HTTP/1.1     path, query; the verb and the version are no places
 *   Cookie: a=b                  cookie
 *   Name: value                  header; names, the fields that frame the body and the marker are no places
 */
import { REPLAY_MARKER_HEADER } from '../../parser/index.ts';
import type { WrittenPlace } from './write-value.ts';

const UNTOUCHED = new Set(['content-length', 'transfer-encoding', REPLAY_MARKER_HEADER.toLowerCase()]);

export type HeadPlace = 'path' | 'query' | 'cookie' | 'header';

interface FieldValue {
  /** From here on, up to the next one. */
  readonly start: number;
  readonly place: 'cookie' | 'header' | undefined;
}

const SP = 0x20;
const HTAB = 0x09;
/** Longer names are no field's. */
const MAX_NAME_CHARS = 256;
const FIELD_NAME = /^([^:\r\n]*?)[ \t]*:/;

export class HeadMap {
  readonly #head: string;
  readonly #targetStart: number;
  readonly #query: number;
  readonly #targetEnd: number;
  readonly #lineEnd: number;
  #fields: readonly FieldValue[] | undefined;

  /** @param head octets as latin1 */
  constructor(head: string) {
    this.#head = head;
    this.#lineEnd = head.indexOf('\n');
    const line = head.slice(0, Math.max(0, this.#lineEnd));
    this.#targetStart = line.indexOf(' ') + 1;
    const end = line.lastIndexOf(' HTTP/');
    this.#targetEnd = end < 0 ? line.length : end;
    const mark = line.indexOf('?');
    this.#query = mark < 0 ? this.#targetEnd : mark;
  }

  /** What a range reaches into; undefined for what is no value. */
  placesOf(start: number, end: number): readonly (HeadPlace | undefined)[] {
    if (start > this.#lineEnd) return [this.#fieldPlace(start)];
    if (start < this.#targetStart || end > this.#targetEnd) return [undefined];
    if (end <= this.#query) return ['path'];
    return start < this.#query ? ['path', 'query'] : ['query'];
  }

  writtenPlace(start: number): WrittenPlace {
    if (start <= this.#lineEnd) return 'target';
    return this.#fieldPlace(start) === 'cookie' ? 'cookie' : 'raw';
  }

  #fieldPlace(at: number): HeadPlace | undefined {
    this.#fields ??= this.#readFields();
    let low = 0;
    let high = this.#fields.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#fields[middle] as FieldValue).start <= at) low = middle + 1;
      else high = middle;
    }
    return this.#fields[low - 1]?.place;
  }

  /** One pass, so that many values in a long head cost no more than the head is long. */
  #readFields(): readonly FieldValue[] {
    const head = this.#head;
    const fields: FieldValue[] = [];
    for (let line = this.#lineEnd + 1; line > 0 && line < head.length; line = head.indexOf('\n', line) + 1) {
      const code = head.charCodeAt(line);
      // Folded lines go on with the field above (RFC 9112, section 5.2).
      if (code === SP || code === HTAB) continue;
      const name = FIELD_NAME.exec(head.slice(line, line + MAX_NAME_CHARS))?.[1]?.toLowerCase();
      fields.push({ start: line, place: undefined });
      if (name === undefined || UNTOUCHED.has(name)) continue;
      fields.push({ start: head.indexOf(':', line) + 1, place: name === 'cookie' ? 'cookie' : 'header' });
    }
    return fields;
  }
}
