/** Times for people and files: ISO 8601 in UTC with µs, as `2026-11-21T10:00:00.000000Z`. */
import type { Micros } from './units.ts';

const FORM = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?$/;
const DAY_MICROS: Micros = 86_400_000_000;

/** The stretch of time that a text names, as precise as it is written: a day, a minute, a second, a fraction. */
export interface TimeStretch {
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
}

/** @param text ISO 8601, UTC where no zone is given; undefined for what is no such time */
export function parseIsoTime(text: string): TimeStretch | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, date = '', minutes, seconds, fraction = '', zone = 'Z'] = match;
  const millis = isDate(date) ? Date.parse(`${date}T${minutes ?? '00:00'}:${seconds ?? '00'}${zone}`) : Number.NaN;
  if (Number.isNaN(millis)) return undefined;
  const from = millis * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (minutes === undefined) return { from, to: from + DAY_MICROS };
  if (fraction !== '') return { from, to: from + 10 ** (6 - Math.min(6, fraction.length)) };
  return { from, to: from + (seconds === undefined ? 60_000_000 : 1_000_000) };
}

/** Refuses the 30th of February, which `Date.parse` moves into March. */
function isDate(date: string): boolean {
  const millis = Date.parse(date);
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date);
}

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
