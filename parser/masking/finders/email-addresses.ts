/**
 * E-mail addresses as they are written (the plain form of RFC 5321, section 4.1.2), letters of any script included.
 *
 *     ada.lovelace+shop@mail.example.org
 *
 * None: user information of URLs (`https://ada:pw@host.example/`, which the credentials are for), versions of packages
 * (`left-pad@1.3.0`), names of pictures in two sizes (`logo@2x.png`), addresses without a dot in the domain.
 */
import { type FoundText, NOTHING_FOUND, type TextFinder } from '../masking-rule.ts';

const LOCAL = /[A-Za-z0-9.!#$%'*+_~^|`{}\u0080-\uffff-]/;
const DOMAIN = /[A-Za-z0-9.\u0080-\uffff-]/;
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
const TOP_LABEL = /\.(?:xn--[a-z0-9-]{2,59}|[a-z\u0080-\uffff]{2,63})$/i;
const FILE_NAME = /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|m?js|ts|json|html?|map|mp[34]|woff2?)$/i;
const USER_INFO = /\/\/[^/\s@]*$/;

export class EmailAddresses implements TextFinder {
  findAll(text: string): readonly FoundText[] {
    if (!text.includes('@')) return NOTHING_FOUND;
    const found: FoundText[] = [];
    let behind = 0;
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      const start = startOfLocal(text, at, behind);
      const end = endOfDomain(text, at);
      if (start === at || end === 0 || isUserInfo(text, start)) continue;
      found.push({ start, end });
      behind = end;
    }
    return found;
  }
}

function startOfLocal(text: string, at: number, behind: number): number {
  let start = at;
  const least = Math.max(behind, at - MAX_LOCAL);
  while (start > least && LOCAL.test(text[start - 1] as string)) start--;
  while (start < at && text[start] === '.') start++;
  return start;
}

/** 0 where there is no domain. */
function endOfDomain(text: string, at: number): number {
  let end = at + 1;
  const most = Math.min(text.length, at + 1 + MAX_DOMAIN);
  while (end < most && DOMAIN.test(text[end] as string)) end++;
  while (end > at + 1 && /[.-]/.test(text[end - 1] as string)) end--;
  const domain = text.slice(at + 1, end);
  if (domain.startsWith('.') || domain.includes('..') || !TOP_LABEL.test(domain) || FILE_NAME.test(domain)) return 0;
  return end;
}

function isUserInfo(text: string, start: number): boolean {
  return USER_INFO.test(text.slice(Math.max(0, start - MAX_DOMAIN), start));
}
