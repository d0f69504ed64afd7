/**
 * Exchanges by time as bars, as `find --histogram 1m` prints them; stretches without any between others are shown:
 *
 *   2026-11-21T10:00:00Z   412  ████████████████████
 *   2026-11-21T10:01:00Z     0
 *   2026-11-21T10:02:00Z  ≤ 96  ████▋                    where counts are upper bounds
 */
import type { Micros, TimeHistogram } from '../../core/index.ts';
import { formatIsoTime } from '../../core/index.ts';
import { formatCount } from './amount.ts';
import { renderBars } from './bars.ts';

/** Stretches without exchanges are drawn up to so many rows in all; beyond, only those with some. */
const MAX_ROWS = 500;

export function renderTimeHistogram({ counts, exact }: TimeHistogram, intervalMicros: Micros): string {
  const rows = filled(counts, intervalMicros).map(({ from, exchanges }) => ({
    label: timeText(from, intervalMicros),
    value: exchanges,
    text: exact || exchanges === 0 ? formatCount(exchanges) : `≤ ${formatCount(exchanges)}`,
  }));
  return renderBars(rows);
}

function filled(counts: TimeHistogram['counts'], intervalMicros: Micros): TimeHistogram['counts'] {
  const [first, last] = [counts[0], counts.at(-1)];
  if (first === undefined || last === undefined) return counts;
  const length = Math.round((last.from - first.from) / intervalMicros) + 1;
  if (length > MAX_ROWS) return counts;
  const known = new Map(counts.map(({ from, exchanges }) => [from, exchanges]));
  return Array.from({ length }, (_, i) => {
    const from = first.from + i * intervalMicros;
    return { from, exchanges: known.get(from) ?? 0 };
  });
}

/** No finer than the stretches are. */
function timeText(at: Micros, intervalMicros: Micros): string {
  const text = formatIsoTime(at);
  if (intervalMicros % 1_000_000 === 0) return text.replace(/\.\d+/, '');
  return intervalMicros % 1000 === 0 ? text.replace(/(\.\d{3})\d+/, '$1') : text;
}
