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

  constructor({ set = [], remove = [] }: QueryEdits) {
    // One edit a name: the last value given, and a name that is set is not removed.
    const byName = new Map<string, ParameterEdit>();
    for (const name of remove) byName.set(name, { name, value: undefined, parameter: '' });
    for (const [name, text] of set) {
      const value = encodeParameter(text);
      byName.set(name, { name, value, parameter: `${encodeParameter(name)}=${value}` });
    }
    this.#edits = [...byName.values()];
  }

  /** @param query octets as latin1, `?` included; empty where there is none */
  apply(query: string): string {
    const edits = this.#edits;
    if (edits.length === 0) return query;
    const seen: boolean[] = [];
    const kept: string[] = [];
    /** The next one; looked for once, so that parameters without value cost no more than others. */
    let equals = 0;
    for (let at = 1; at <= query.length; ) {
      const ampersand = query.indexOf('&', at);
      const end = ampersand < 0 ? query.length : ampersand;
      if (equals < at) equals = query.indexOf('=', at);
      if (equals < 0) equals = query.length;
      const name = query.slice(at, Math.min(equals, end));
      const place = this.#editOf(name);
      if (place < 0) kept.push(query.slice(at, end));
      else {
        const { value } = edits[place] as ParameterEdit;
        if (value !== undefined && seen[place] !== true) kept.push(`${name}=${value}`);
        seen[place] = true;
      }
      at = end + 1;
    }
    for (const [place, { value, parameter }] of edits.entries()) {
      if (value !== undefined && seen[place] !== true) kept.push(parameter);
    }
    if (kept.length === 0) return seen.length > 0 ? '' : query;
    // An empty query, a bare `?`, holds one empty parameter: a new one takes its place.
    return query === '?' ? `?${kept.slice(1).join('&') || kept[0]}` : `?${kept.join('&')}`;
  }

  /** Place of the edit that names the parameter, or -1. */
  #editOf(name: string): number {
    const edits = this.#edits;
    for (let i = 0; i < edits.length; i++) if ((edits[i] as ParameterEdit).name === name) return i;
    if (!ENCODED.test(name)) return -1;
    const decoded = decodeName(name);
    return edits.findIndex((edit) => edit.name === decoded);
  }
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
