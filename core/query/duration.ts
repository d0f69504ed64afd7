/** Lengths of time in a query: `200ms`, `1.5s`, `15m`. */
import type { Micros } from '../units.ts';

const UNIT_MICROS: Readonly<Record<string, Micros>> = {
  µs: 1,
  μs: 1,
  us: 1,
  ms: 1000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};

const FORM = /^(\d{1,15}(?:\.\d{1,6})?)(µs|μs|us|ms|s|m|h|d|w)$/;

/** In whole µs. @returns undefined for a text that is none; 0 needs no unit, all else does */
export function parseDurationMicros(text: string): Micros | undefined {
  if (text === '0') return 0;
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const micros = Math.round(Number(match[1]) * (UNIT_MICROS[match[2] as string] as number));
  return Number.isSafeInteger(micros) ? micros : undefined;
}
