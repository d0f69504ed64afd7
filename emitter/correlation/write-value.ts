/**
 * A new value in the form in which the recorded one stands: escaped where that was, otherwise as it is, but for
 * characters that would mean something else at that place. Those that the recorded value had there stay bare.
 */
import type { FoundValue } from './find-values.ts';

/** `raw` takes any octet. */
export type WrittenPlace = 'target' | 'cookie' | 'form' | 'json' | 'raw';

/** Unreserved characters (RFC 3986, section 2.3). */
const RESERVED = /[^0-9A-Za-z._~-]/g;
/** What no value of a cookie holds (RFC 6265, section 4.1.1). */
const NO_COOKIE = /[^!#-+\--:<-[\]-~]/g;
/** What would end the target or the line. */
const NEVER_BARE = /[^!-"$-~]/;

function writeValue({ value, form }: FoundValue, place: WrittenPlace): string {
  const { recorded, replacement } = value;
  switch (form) {
    case 'percent':
      return replacement.replace(RESERVED, percent);
    case 'json':
      return replacement.replace(/["\\]/g, '\\$&');
    case 'plain':
      return plainly(recorded, replacement, place);
    default:
      return form satisfies never;
  }
}

function plainly(recorded: string, replacement: string, place: WrittenPlace): string {
  switch (place) {
    case 'target':
    case 'form':
      return replacement.replace(RESERVED, (character) =>
        recorded.includes(character) && !NEVER_BARE.test(character) ? character : percent(character),
      );
    case 'cookie':
      return replacement.replace(NO_COOKIE, (character) =>
        recorded.includes(character) ? character : percent(character),
      );
    case 'json':
      return replacement.replace(/["\\]/g, (character) =>
        recorded.includes(character) ? character : `\\${character}`,
      );
    case 'raw':
      return replacement;
    default:
      return place satisfies never;
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** @param found from left to right, none overlapping */
export function withValues(
  text: string,
  found: readonly FoundValue[],
  placeOf: (found: FoundValue) => WrittenPlace,
): string {
  let written = '';
  let at = 0;
  for (const one of found) {
    written += text.slice(at, one.start) + writeValue(one, placeOf(one));
    at = one.end;
  }
  return written + text.slice(at);
}
