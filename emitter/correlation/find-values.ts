/**
 * Where recorded values stand in a text, as they are or escaped. Whole ones only: neither neighbour is a letter or digit,
 * so that `123456` is not found in `91234567`.
 */
import { decodeText, type Escaping } from './decoded-text.ts';
import type { LearntValue } from './learnt-value.ts';

export interface FoundValue {
  readonly value: LearntValue;
  /** Octets of the text as written. */
  readonly start: number;
  readonly end: number;
  /** How it is written there: `plain` where no character of it is escaped. */
  readonly form: 'plain' | Escaping;
}

/** A request with its values replaced. */
export interface Replaced {
  readonly bytes: Uint8Array;
  readonly found: readonly FoundValue[];
}

/** Whether a value may be replaced there, in octets of the text as written. */
export type IsAllowed = (value: LearntValue, start: number, end: number) => boolean;

/** @returns from left to right, no two overlapping: of those that would, the one that begins first, or is longer */
export function findValues(
  text: string,
  sought: readonly LearntValue[],
  isAllowed: IsAllowed = () => true,
): readonly FoundValue[] {
  const found: FoundValue[] = [];
  for (const value of sought) findIn(text, undefined, 'plain', value, found);
  const escapable = sought.filter(({ rule }) => rule.decoded);
  if (escapable.length > 0) {
    for (const escaping of ['percent', 'json'] as const) {
      const decoded = decodeText(text, escaping);
      if (decoded === undefined) continue;
      for (const value of escapable) findIn(decoded.text, decoded.places, escaping, value, found);
    }
  }
  return apart(found.filter(({ value, start, end }) => isAllowed(value, start, end)));
}

function findIn(
  text: string,
  places: Uint32Array | undefined,
  form: FoundValue['form'],
  value: LearntValue,
  found: FoundValue[],
): void {
  const { recorded } = value;
  for (let at = text.indexOf(recorded); at >= 0; at = text.indexOf(recorded, at + recorded.length)) {
    const behind = at + recorded.length;
    if (isAlphanumeric(text.charCodeAt(at - 1)) || isAlphanumeric(text.charCodeAt(behind))) continue;
    const start = places === undefined ? at : (places[at] as number);
    const end = places === undefined ? behind : (places[behind] as number);
    // As long as the value itself: none of it is escaped here.
    found.push({ value, start, end, form: end - start === recorded.length ? 'plain' : form });
  }
}

function apart(found: FoundValue[]): readonly FoundValue[] {
  found.sort((one, other) => one.start - other.start || other.end - one.end);
  let end = 0;
  return found.filter((one) => {
    if (one.start < end) return false;
    end = one.end;
    return true;
  });
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
