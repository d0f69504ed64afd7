/** Latencies side by side, with a bar for the 99th percentile. */
import Table from 'cli-table3';
import type { Micros } from '../../core/index.ts';
import { formatCount, formatSpan } from './amount.ts';
import { renderBar } from './bars.ts';
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

/** Columns parted by spaces alone, so that rows can be cut with `awk`. */
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export function renderLatencyTable(rows: readonly LatencyRow[]): string {
  const table = new Table({
    head: ['latency', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max', 'p99'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const largest = Math.max(1, ...rows.map((row) => row.p99));
  for (const row of rows) {
    const spans = [row.p50, row.p90, row.p99, row.p999, row.max].map((micros) =>
      row.count === 0 ? '-' : formatSpan(micros),
    );
    table.push([
      escapeForTerminal(row.name),
      formatCount(row.count),
      ...spans,
      renderBar(row.p99 / largest, BAR_WIDTH),
    ]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
