/** Latencies side by side, with a bar for the 99th percentile. */
import type { Micros } from '../../core/index.ts';
import { formatCount, formatSpan } from './amount.ts';
import { renderBar } from './bars.ts';
import { renderPlainTable } from './plain-table.ts';
import { escapeForTerminal } from './terminal-text.ts';

export interface LatencyRow {
  readonly name: string;
  readonly count: number;
  readonly p50: Micros;
  readonly p90: Micros;
  readonly p99: Micros;
  readonly p999: Micros;
  readonly max: Micros;
}

const BAR_WIDTH = 20;

export function renderLatencyTable(rows: readonly LatencyRow[]): string {
  const largest = Math.max(1, ...rows.map((row) => row.p99));
  return renderPlainTable(
    [
      { head: 'latency', align: 'left' },
      ...['count', 'p50', 'p90', 'p99', 'p99.9', 'max'].map((head) => ({ head, align: 'right' }) as const),
      { head: 'p99', align: 'left' },
    ],
    rows.map((row) => {
      const spans = [row.p50, row.p90, row.p99, row.p999, row.max].map((micros) =>
        row.count === 0 ? '-' : formatSpan(micros),
      );
      const bar = renderBar(row.p99 / largest, BAR_WIDTH);
      return [escapeForTerminal(row.name), formatCount(row.count), ...spans, bar];
    }),
  );
}
