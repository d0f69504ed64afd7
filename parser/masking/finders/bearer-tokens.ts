/**
 * Tokens in running text: behind the word Bearer (RFC 6750, section 2.1), and JSON Web Tokens (RFC 7519) wherever they are.
 *
 *     curl -H 'Authorization: Bearer mF_9.B5f-4.1JqM'        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.Zm9v
 */
import { type FoundText, NOTHING_FOUND, type TextFinder } from '../masking-rule.ts';

const BEARER = /bearer[ \t]+([A-Za-z0-9._~+/-]{8,}=*)/gi;
const LIKELY = /bearer[ \t]|eyJ/i;
/** The word, a blank and the shortest token. */
const MIN_CHARACTERS = 15;
/** Runs of what a JSON Web Token is made of. */
const RUN = /[A-Za-z0-9_.-]{20,}/g;
const JWT = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

export class BearerTokens implements TextFinder {
  findAll(text: string): readonly FoundText[] {
    if (text.length < MIN_CHARACTERS || !LIKELY.test(text)) return NOTHING_FOUND;
    const found: FoundText[] = [];
    for (const { 0: whole, 1: token = '', index } of text.matchAll(BEARER)) {
      found.push({ start: index + whole.length - token.length, end: index + whole.length });
    }
    if (text.includes('eyJ')) {
      for (const { 0: run, index } of text.matchAll(RUN)) {
        const start = run.startsWith('eyJ') ? 0 : run.search(/[.-]eyJ/) + 1;
        const token = run.slice(start).replace(/[.-]+$/, '');
        if (JWT.test(token)) found.push({ start: index + start, end: index + start + token.length });
      }
    }
    return inOrder(found);
  }
}

function inOrder(found: FoundText[]): readonly FoundText[] {
  found.sort((one, other) => one.start - other.start);
  let end = 0;
  return found.filter((one) => {
    const isFree = one.start >= end;
    if (isFree) end = one.end;
    return isFree;
  });
}
