/** `--since` and `--until`: a duration counts back from now, anything else is an ISO 8601 time. */
import { BytecopyError, type Micros } from '../../core/index.ts';
import { parseDuration } from './duration.ts';

/** @throws BytecopyError `USAGE` (exit code 2) when the text is neither */
export function parseTime(text: string, now: Micros): Micros {
  if (text === 'now') return now;
  if (/^\d+(\.\d+)?\s*[a-z]+$/i.test(text)) return now - parseDuration(text) * 1000;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match !== null) {
    const [, date = '', time = '00:00', fraction = '', zone = 'Z'] = match;
    const millis = isDate(date) ? Date.parse(`${date}T${time}${zone}`) : Number.NaN;
    if (!Number.isNaN(millis)) return millis * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  }
  throw new BytecopyError('USAGE', `"${text}" is not a time`, {
    hint: 'write how long ago (15m, 2h) or an ISO time (2026-11-21T10:00Z; UTC where no zone is given)',
    exitCode: 2,
  });
}

/** Refuses the 30th of February, which `Date.parse` moves into March. */
function isDate(date: string): boolean {
  const millis = Date.parse(date);
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date);
}
