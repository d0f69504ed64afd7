/**
 * Phone numbers in the forms that are hardly anything else:
 *
 *     +4930123456   +49 30 12 34 56   +1 (212) 555-0123     E.164: a plus, then 8 to 15 digits, single separators
 *     0044 20 7946 0958                                     00 instead of the plus, two separators at least
 *     (212) 555-0123   212-555-0123   212.555.0123          North America, its area codes and exchanges
 *
 * Numbers without plus or separators, and national forms of other countries, are not told from ids and amounts: they are
 * left. Taken although it may be something else: a number of that shape with a plus before it.
 */
import { type FoundText, NOTHING_FOUND, type TextFinder } from '../masking-rule.ts';

const PHONE =
  /\+[1-9](?:[ .\-/]?\(?\d\)?){7,14}|\b00[1-9]\d{0,2}(?:[ .\-/]\d{1,5}){2,6}|(?:\b1[ .-])?(?:\([2-9]\d\d\) ?|\b[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}/g;
/** What all of them begin with, or have in the middle. */
const LIKELY = /\+[1-9]|00[1-9]|[2-9]\d\d(?:[.-]|\) ?)[2-9]\d\d/;
const MIN_DIGITS = 8;
const MAX_DIGITS = 15;

export class PhoneNumbers implements TextFinder {
  findAll(text: string): readonly FoundText[] {
    if (text.length < MIN_DIGITS || !LIKELY.test(text)) return NOTHING_FOUND;
    const found: FoundText[] = [];
    for (const { 0: number, index } of text.matchAll(PHONE)) {
      const end = index + number.length;
      const digits = number.replace(/\D/g, '').replace(/^00/, '').length;
      if (digits < MIN_DIGITS || digits > MAX_DIGITS || !isApart(text, index, end)) continue;
      found.push({ start: index, end });
    }
    return found;
  }
}

/** No part of a word, of a longer number, of an address or a version. */
function isApart(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? '';
  const after = text[end] ?? '';
  if (/[\w+]/.test(before) || /\w/.test(after)) return false;
  if (/[.-]/.test(before) && /\d/.test(text[start - 2] ?? '')) return false;
  return !(/[.-]/.test(after) && /\d/.test(text[end + 1] ?? ''));
}
