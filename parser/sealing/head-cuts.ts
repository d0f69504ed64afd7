/**
 * Secrets in a head or a trailer section: values of fields that carry credentials or are named so, parameters and user
 * information in URLs. Names, schemes, attributes of cookies and the ends of lines stay.
 *
 *     GET /a?token=******* HTTP/1.1
 *     Authorization: Bearer ************
 *     Cookie: theme=****; sid=****                     every cookie
 *     Set-Cookie: sid=****; Path=/; HttpOnly
 *     X-Api-Key: ****
 *      ****                                            a folded line belongs to the field above it
 *
 * A lone CR ends a line for some servers and is part of the value for others: what is behind it is looked at both ways.
 */
import { type Cut, FILLER } from './cut.ts';
import { type SecretNames, shownSchemeLength } from './secret-names.ts';
import { urlCuts } from './url-cuts.ts';

/** What the body is, as the head says. */
export interface DeclaredBody {
  contentType: string;
  transferCoding: boolean;
  contentCoding: boolean;
}

const COOKIE = /([^=;]*=)?([^;]*)/g;

/** @param text octets as latin1: the start line and the fields @param declared told what is found */
export function headCuts(text: string, names: SecretNames, cuts: Cut[], declared: DeclaredBody): void {
  const lineEnd = /[\r\n]*[^\r\n]*/.exec(text)?.[0].length ?? 0;
  urlCuts(text.slice(0, lineEnd), 0, names, cuts);
  fieldCuts(text.slice(lineEnd), lineEnd, names, cuts, declared);
}

/** @param from where the text lies in what the cuts count */
export function fieldCuts(text: string, from: number, names: SecretNames, cuts: Cut[], declared: DeclaredBody): void {
  let isSecretField = false;
  let lineEnd = 0;
  for (let index = 0; index < text.length; index = lineEnd) {
    // By hand: an iterator of matches costs more than all the rest.
    while (isLineEnd(text.charCodeAt(index))) index++;
    if (index >= text.length) return;
    const isBehindLoneCr = index > 0 && index === lineEnd + 1 && text[lineEnd] === '\r';
    lineEnd = index + 1;
    while (lineEnd < text.length && !isLineEnd(text.charCodeAt(lineEnd))) lineEnd++;
    const line = text.slice(index, lineEnd);
    const at = from + index;
    const isFolded = line.startsWith(' ') || line.startsWith('\t');
    if (isFolded || (isBehindLoneCr && isSecretField)) {
      if (isSecretField) wholeValue(line, at, cuts);
      else urlCuts(line, at, names, cuts);
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? '' : line.slice(0, colon).trim();
    isSecretField = names.isSecret(name);
    if (isSecretField) secretField(name.toLowerCase(), line, at, colon + 1, cuts);
    else {
      declare(name, line, colon + 1, declared);
      urlCuts(line, at, names, cuts);
    }
  }
}

function isLineEnd(octet: number): boolean {
  return octet === 0x0d || octet === 0x0a;
}

function secretField(name: string, line: string, at: number, valueAt: number, cuts: Cut[]): void {
  const value = line.slice(valueAt);
  switch (name) {
    case 'cookie':
    case 'cookie2':
      cookieValues(value, at + valueAt, Number.POSITIVE_INFINITY, cuts);
      return;
    case 'set-cookie':
    case 'set-cookie2':
      cookieValues(value, at + valueAt, 1, cuts);
      return;
    default: {
      const blanks = value.length - value.trimStart().length;
      const shown = blanks + shownSchemeLength(value.slice(blanks));
      wholeValue(value.slice(shown), at + valueAt + shown, cuts);
    }
  }
}

/** Of the first so many; one without `=` is a value. */
function cookieValues(text: string, from: number, count: number, cuts: Cut[]): void {
  let left = count;
  for (const { 0: whole, 1: name = '', 2: value = '', index } of text.matchAll(COOKIE)) {
    if (whole === '') continue;
    wholeValue(value, from + index + name.length, cuts);
    if (--left === 0) return;
  }
}

/** But for the blanks around it. */
function wholeValue(text: string, from: number, cuts: Cut[]): void {
  const value = text.trimEnd();
  const start = value.length - value.trimStart().length;
  if (start < value.length) cuts.push({ start: from + start, end: from + value.length, filler: FILLER });
}

function declare(name: string, line: string, valueAt: number, declared: DeclaredBody): void {
  // Most names have another length: nothing is made lower case for them.
  switch (name.length) {
    case 12:
      if (name.toLowerCase() === 'content-type') declared.contentType = line.slice(valueAt).trim().toLowerCase();
      return;
    case 16:
      if (name.toLowerCase() === 'content-encoding') declared.contentCoding = true;
      return;
    case 17:
      if (name.toLowerCase() === 'transfer-encoding') declared.transferCoding = true;
  }
}
