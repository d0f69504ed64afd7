/** Times for people and files: ISO 8601 in UTC with µs, as `2026-11-21T10:00:00.000000Z`. */
import type { Micros } from './units.ts';

/** Three decimal digits of 0 to 999. */
const DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));
/** The last three digits and the end: every piece of text costs. */
const ENDINGS = DIGITS.map((digits) => `${digits}Z`);

/** The last second's text: times come in nearly the order of the clock. */
let knownSecond = -1;
let knownText = '';

/** @param at 0 to 2^53 */
export function formatIsoTime(at: Micros): string {
  const second = Math.floor(at / 1e6);
  const micros = at - second * 1e6;
  if (second !== knownSecond) {
    knownText = new Date(second * 1000).toISOString().slice(0, 20);
    knownSecond = second;
  }
  const thousands = Math.floor(micros / 1000);
  return `${knownText}${DIGITS[thousands]}${ENDINGS[Math.floor(micros - thousands * 1000)]}`;
}
