/**
 * Numbers of payment cards: 13 to 19 digits of a known issuer whose check digit is right (ISO/IEC 7812-1, Luhn), in one run
 * or in groups of which the first has four digits.
 *
 *     4111111111111111     4111 1111 1111 1111     3782-822463-10005
 *
 * Not in the middle of a word, a longer number or behind a decimal point.
 */
import { type FoundText, NOTHING_FOUND, type TextFinder } from '../masking-rule.ts';

/** Runs of digits, one separator between them. */
const RUN = /\d+(?:[ -]\d+)*/g;
const LIKELY = /\d[\d -]{11}/;
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
const FIRST_GROUP = 4;

/** Prefixes and lengths of issuers: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro. */
const ISSUER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d*|3[47]\d{13}|3(?:0[0-5]|[689])\d{11,16}|(?:6011|64[4-9]|65)\d{12,15}|35(?:2[89]|[3-8])\d*|62\d{14,17}|(?:50(?:18|20|38)|5893|6304|67(?:59|6[1-3]))\d*)$/;

export class CardNumbers implements TextFinder {
  findAll(text: string): readonly FoundText[] {
    // Nearly all texts are short.
    if (text.length < MIN_DIGITS || !LIKELY.test(text)) return NOTHING_FOUND;
    const found: FoundText[] = [];
    for (const { 0: run, index } of text.matchAll(RUN)) {
      if (run.length >= MIN_DIGITS) inRun(run, index, text, found);
    }
    return found;
  }
}

/** From each group on, the longest that is one. */
function inRun(run: string, at: number, text: string, found: FoundText[]): void {
  const groups = [...run.matchAll(/\d+/g)];
  for (let first = 0; first < groups.length; ) {
    const last = lastGroup(groups, first);
    if (last < 0) {
      first++;
      continue;
    }
    const start = at + (groups[first]?.index ?? 0);
    const end = at + (groups[last]?.index ?? 0) + (groups[last]?.[0].length ?? 0);
    if (isApart(text, start, end)) found.push({ start, end });
    first = last + 1;
  }
}

function lastGroup(groups: readonly RegExpExecArray[], first: number): number {
  let digits = '';
  let last = -1;
  for (let i = first; i < groups.length; i++) {
    digits += (groups[i] as RegExpExecArray)[0];
    if (digits.length > MAX_DIGITS) break;
    const isGrouped = i === first || groups[first]?.[0].length === FIRST_GROUP;
    if (isGrouped && digits.length >= MIN_DIGITS && isCardNumber(digits)) last = i;
  }
  return last;
}

function isCardNumber(digits: string): boolean {
  if (digits.startsWith('4') ? ![13, 16, 19].includes(digits.length) : !ISSUER.test(digits)) return false;
  if (/^(?:5[1-5]|2[2-7])/.test(digits) && digits.length !== 16) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function isApart(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? '';
  const after = text[end] ?? '';
  if (/[a-z0-9]/i.test(before) || /[a-z0-9]/i.test(after)) return false;
  const isFraction = before === '.' && /\d/.test(text[start - 2] ?? '');
  return !isFraction && !(after === '.' && /\d/.test(text[end + 1] ?? ''));
}
