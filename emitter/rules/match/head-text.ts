/**
 * Fields and parameters looked up in a request's head as text (octets as latin1): one pass over its lines for each name,
 * nothing copied but the values of that name.
 */
import type { TextTest } from '../pattern/text-pattern.ts';

const CR = 0x0d;
const HTAB = 0x09;
const LF = 0x0a;
const SP = 0x20;
const COLON = 0x3a;
/** Makes an ASCII letter lower case. */
const LOWER = 0x20;

/**
 * @param name in lower case
 * @returns whether a value of that name passes; undefined where there is none
 */
export function someHeader(head: string, name: string, test: TextTest): boolean | undefined {
  const wanted = name.charCodeAt(0);
  let isThere = false;
  let at = head.indexOf('\n') + 1;
  while (at > 0 && at < head.length) {
    const code = head.charCodeAt(at);
    if (code === LF || code === CR) break;
    const colon = (code | LOWER) === (wanted | LOWER) ? colonBehind(head, at, name) : -1;
    let next = head.indexOf('\n', at) + 1;
    if (colon >= 0) {
      isThere = true;
      let value = head.slice(colon + 1, next === 0 ? head.length : next).trim();
      // Folded lines go on with the value (RFC 9112, section 5.2).
      while (next > 0 && isBlank(head.charCodeAt(next))) {
        const from = next;
        next = head.indexOf('\n', from) + 1;
        value = `${value} ${head.slice(from, next === 0 ? head.length : next).trim()}`.trim();
      }
      if (test(value)) return true;
    }
    at = next;
  }
  return isThere ? false : undefined;
}

/** The octets between the first `?` of the target and its end; empty where there is none. */
export function queryOf(head: string): string {
  const lineEnd = head.indexOf('\n');
  const line = head.slice(0, lineEnd < 0 ? head.length : lineEnd);
  const mark = line.indexOf('?');
  if (mark < 0) return '';
  const end = line.lastIndexOf(' HTTP/');
  return line.slice(mark + 1, end < mark ? line.length : end).trimEnd();
}

/**
 * @param query without `?`
 * @param name decoded
 * @returns whether a decoded value of that name passes; undefined where there is none
 */
export function someParameter(query: string, name: string, test: TextTest): boolean | undefined {
  let isThere = false;
  for (let at = 0; at < query.length; ) {
    const ampersand = query.indexOf('&', at);
    const end = ampersand < 0 ? query.length : ampersand;
    const parameter = query.slice(at, end);
    const equals = parameter.indexOf('=');
    if (decoded(equals < 0 ? parameter : parameter.slice(0, equals)) === name) {
      isThere = true;
      if (test(equals < 0 ? '' : decoded(parameter.slice(equals + 1)))) return true;
    }
    at = end + 1;
  }
  return isThere ? false : undefined;
}

const ENCODED = /[%+\x80-\xff]/;

/** `%20` and `+` undone, as UTF-8; what is no UTF-8 stays as it is. */
function decoded(octets: string): string {
  if (!ENCODED.test(octets)) return octets;
  try {
    return decodeURIComponent(Buffer.from(octets, 'latin1').toString('utf8').replaceAll('+', ' '));
  } catch {
    return octets;
  }
}

/** Place of the colon behind the name, or -1 where the line has another name. */
function colonBehind(head: string, at: number, name: string): number {
  let colon = at + name.length;
  while (isBlank(head.charCodeAt(colon))) colon++;
  return head.charCodeAt(colon) === COLON && head.slice(at, at + name.length).toLowerCase() === name ? colon : -1;
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB;
}
