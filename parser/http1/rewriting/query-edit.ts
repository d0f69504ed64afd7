/**
 * Sets and removes parameters of a query; all others keep every octet, their order and their separators.
 *
 *   ?a=1&b=%20&a=2    set a to "x y":  ?a=x%20y&b=%20      remove b:  ?a=1&a=2
 */
import type { QueryEdits } from './request-edits.ts';

interface ParameterEdit {
  /** Decoded. */
  readonly name: string;
  /** Encoded, to follow the `=`; undefined where the parameter is removed. */
  readonly value: string | undefined;
  readonly parameter: string;
}

export class QueryEdit {
  readonly #edits: readonly ParameterEdit[];
  readonly #seen: Uint8Array;

  constructor({ set = [], remove = [] }: QueryEdits) {
    // One edit a name: the last value given, and a name that is set is not removed.
    const byName = new Map<string, ParameterEdit>();
    for (const name of remove) byName.set(name, { name, value: undefined, parameter: '' });
    for (const [name, text] of set) {
      const value = encodeParameter(text);
      byName.set(name, { name, value, parameter: `${encodeParameter(name)}=${value}` });
    }
    this.#edits = [...byName.values()];
    this.#seen = new Uint8Array(byName.size);
  }

  /** @param query octets as latin1, `?` included; empty where there is none */
  apply(query: string): string {
    const edits = this.#edits;
    if (edits.length === 0) return query;
    const seen = this.#seen.fill(0);
    let isNamed = false;
    let out = '';
    let written = 0;
    /** Parameters that stay are taken over in one piece as far as they follow each other. */
    let keptFrom = -1;
    for (let at = 1; at <= query.length; ) {
      const ampersand = query.indexOf('&', at);
      const end = ampersand < 0 ? query.length : ampersand;
      const nameEnd = endOfName(query, at, end);
      const place = this.#editOf(query, at, nameEnd);
      if (place < 0) {
        if (keptFrom < 0) keptFrom = at;
      } else {
        if (keptFrom >= 0) out += (written++ === 0 ? '' : '&') + query.slice(keptFrom, at - 1);
        keptFrom = -1;
        const { value } = edits[place] as ParameterEdit;
        if (value !== undefined && seen[place] === 0) {
          out += `${written++ === 0 ? '' : '&'}${query.slice(at, nameEnd)}=${value}`;
        }
        seen[place] = 1;
        isNamed = true;
      }
      at = end + 1;
    }
    if (keptFrom >= 0) out += (written++ === 0 ? '' : '&') + query.slice(keptFrom);
    // An empty query, a bare `?`, holds one empty parameter: a new one takes its place.
    if (query === '?' && out === '') written = 0;
    for (let place = 0; place < edits.length; place++) {
      const { value, parameter } = edits[place] as ParameterEdit;
      if (value !== undefined && seen[place] === 0) out += (written++ === 0 ? '' : '&') + parameter;
    }
    return written === 0 && (isNamed || query === '') ? '' : `?${out}`;
  }

  /** Place of the edit that names the parameter, or -1. */
  #editOf(query: string, at: number, nameEnd: number): number {
    const edits = this.#edits;
    const length = nameEnd - at;
    for (let i = 0; i < edits.length; i++) {
      const { name } = edits[i] as ParameterEdit;
      if (name.length === length && query.startsWith(name, at)) return i;
    }
    const name = query.slice(at, nameEnd);
    if (!ENCODED.test(name)) return -1;
    const decoded = decodeName(name);
    return edits.findIndex((edit) => edit.name === decoded);
  }
}

const EQUALS = 0x3d;

function endOfName(query: string, at: number, end: number): number {
  let nameEnd = at;
  while (nameEnd < end && query.charCodeAt(nameEnd) !== EQUALS) nameEnd++;
  return nameEnd;
}

const ENCODED = /[%+\x80-\xff]/;

/** `%20` and `+` undone, as UTF-8; what is no UTF-8 matches no name. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(Buffer.from(name, 'latin1').toString('utf8').replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** All but the unreserved characters (RFC 3986, section 2.3) as octets of UTF-8. */
function encodeParameter(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]+/g, percentEncode);
}

export function percentEncode(text: string): string {
  return Array.from(Buffer.from(text), (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
