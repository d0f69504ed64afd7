/** `--since` and `--until`: a duration counts back from now, anything else is an ISO 8601 time. */
import { BytecopyError, type Micros, parseIsoTime } from '../../core/index.ts';
import { parseDuration } from './duration.ts';

/** @throws BytecopyError `USAGE` (exit code 2) when the text is neither */
export function parseTime(text: string, now: Micros): Micros {
  if (text === 'now') return now;
  if (/^\d+(\.\d+)?\s*[a-z]+$/i.test(text)) return now - parseDuration(text) * 1000;
  const stretch = parseIsoTime(text);
  if (stretch !== undefined) return stretch.from;
  throw new BytecopyError('USAGE', `"${text}" is not a time`, {
    hint: 'write how long ago (15m, 2h) or an ISO time (2026-11-21T10:00Z; UTC where no zone is given)',
    exitCode: 2,
  });
}
