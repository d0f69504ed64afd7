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

export class HeadMap {
  readonly #head: string;
  readonly #targetStart: number;
  readonly #query: number;
  readonly #targetEnd: number;
  readonly #lineEnd: number;

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
    let line = this.#head.lastIndexOf('\n', at - 1) + 1;
    // Folded lines go on with the field above (RFC 9112, section 5.2).
    while (line > this.#lineEnd + 1 && /[ \t]/.test(this.#head[line] as string)) {
      line = this.#head.lastIndexOf('\n', line - 2) + 1;
    }
    const colon = this.#head.indexOf(':', line);
    if (colon < 0 || colon >= at) return undefined;
    const name = this.#head.slice(line, colon).trimEnd().toLowerCase();
    if (name === 'cookie') return 'cookie';
    return UNTOUCHED.has(name) ? undefined : 'header';
  }
}
