/**
 * Secrets in forms, by the names of their fields.
 *
 *     user=ada&password=****&page=2                                 application/x-www-form-urlencoded
 *
 *     --b CRLF Content-Disposition: form-data; name="password"      multipart/form-data (RFC 7578)
 *     CRLF CRLF **** CRLF --b--
 */
import { type Cut, FILLER } from './cut.ts';
import type { SecretNames } from './secret-names.ts';
import { decodeName } from './url-cuts.ts';

/** Longest name looked at. */
const MAX_NAME_CHARACTERS = 1024;
const PART_NAME = /content-disposition:[^\r\n]{0,512}?[;\s]name="?([^"\r\n;]{1,256})/gi;

/** @param text octets as latin1 @param from where it lies in what the cuts count */
export function formCuts(text: string, from: number, names: SecretNames, cuts: Cut[]): void {
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('&', at);
    const end = next < 0 ? text.length : next;
    const equals = text.indexOf('=', at);
    // What is behind the last one has no value.
    if (equals < 0) return;
    if (
      equals < end - 1 &&
      isSecret(decodeName(text.slice(at, Math.min(equals, at + MAX_NAME_CHARACTERS))).trim(), names)
    ) {
      cuts.push({ start: from + equals + 1, end: from + end, filler: FILLER });
    }
    at = end + 1;
  }
}

/** The same of a form in parts. */
export function formPartCuts(text: string, from: number, names: SecretNames, cuts: Cut[]): void {
  for (const { 1: name = '', index } of text.matchAll(PART_NAME)) {
    if (!isSecret(name, names)) continue;
    const head = text.indexOf('\n\r\n', index);
    if (head < 0) return;
    const start = head + 3;
    const boundary = text.indexOf('\r\n--', start);
    const end = boundary < 0 ? text.length : boundary;
    if (end > start) cuts.push({ start: from + start, end: from + end, filler: FILLER });
  }
}

function isSecret(name: string, names: SecretNames): boolean {
  return names.isSecret(name) || names.isSecretInBody(name);
}
