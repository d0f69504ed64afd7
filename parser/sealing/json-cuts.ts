/**
 * Secrets in JSON: strings under a secret name, and all strings within an object or a list under one; numbers only under
 * names whose secret may be one, filled with nines, so that it stays JSON.
 *
 *     {"user":"ada","password":"****","pin":9999,"tokens":["****","****"],"max_tokens":256}
 *
 * Read octet by octet, without building anything: text that was cut off, concatenated or no JSON at all gives what can be told.
 */
import { type Cut, FILLER, NUMBER_FILLER } from './cut.ts';
import type { SecretNames } from './secret-names.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = [0x7b, 0x5b] as const;
const CLOSE = [0x7d, 0x5d] as const;

/** Longest name looked at. */
const MAX_NAME_CHARACTERS = 256;

/** @param text octets as latin1 @param from where it lies in what the cuts count */
export function jsonCuts(text: string, from: number, names: SecretNames, cuts: Cut[]): void {
  let depth = 0;
  /** Depth of the container under a secret name; 0 outside. */
  let secretDepth = 0;
  /** The value that comes is under a secret name. */
  let pending = false;
  let numbersToo = false;
  for (let at = 0; at < text.length; ) {
    const octet = text.charCodeAt(at);
    if (octet === QUOTE) {
      const end = endOfString(text, at + 1);
      const behind = pastBlanks(text, end + 1);
      if (text.charCodeAt(behind) === COLON) {
        if (secretDepth === 0) {
          const name = nameOf(text, at + 1, end);
          pending = names.isSecretInBody(name);
          numbersToo = pending && names.isSecretNumber(name);
        }
        at = behind + 1;
        continue;
      }
      if ((pending || secretDepth > 0) && end > at + 1) {
        cuts.push({ start: from + at + 1, end: from + end, filler: FILLER });
      }
      pending = false;
      at = end + 1;
    } else if (octet === OPEN[0] || octet === OPEN[1]) {
      depth++;
      if (pending) secretDepth = depth;
      pending = false;
      at++;
    } else if (octet === CLOSE[0] || octet === CLOSE[1]) {
      if (depth === secretDepth) secretDepth = 0;
      depth = Math.max(0, depth - 1);
      pending = false;
      at++;
    } else if (isNumber(octet)) {
      const start = at;
      while (at < text.length && isNumber(text.charCodeAt(at))) at++;
      if ((pending || secretDepth > 0) && numbersToo) {
        cuts.push({ start: from + start, end: from + at, filler: NUMBER_FILLER });
      }
    } else {
      if (octet === COMMA) pending = false;
      at++;
    }
  }
}

/** Position of the quote that ends it, or the end of the text. */
function endOfString(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH && quote - 1 - backslashes >= from) backslashes++;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function nameOf(text: string, start: number, end: number): string {
  const name = text.slice(start, Math.min(end, start + MAX_NAME_CHARACTERS));
  if (!name.includes('\\')) return name;
  return name.replace(/\\u([0-9a-f]{4})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Digits, signs, the point and the exponent. */
function isNumber(octet: number): boolean {
  return (
    (octet >= 0x30 && octet <= 0x39) || octet === 0x2d || octet === 0x2e || octet === 0x2b || (octet | 0x20) === 0x65
  );
}
