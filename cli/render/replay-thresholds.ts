/** What was required of a run, and what was measured. */
import type { ReplayReport } from '../../emitter/index.ts';
import { escapeForTerminal } from './terminal-text.ts';

type ThresholdReport = ReplayReport['thresholds'][number];

export function renderThresholds(thresholds: readonly ThresholdReport[]): string {
  const width = Math.max(0, ...thresholds.map(({ text }) => escapeForTerminal(text).length));
  return thresholds
    .map((one) => `${one.passed ? '✓' : '✗'} ${escapeForTerminal(one.text).padEnd(width)}  ${describeMeasured(one)}`)
    .join('\n');
}

/** `312.4`, in the threshold's own unit. */
export function describeMeasured({ value }: ThresholdReport): string {
  if (value === undefined) return 'nothing to measure';
  const digits = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
  return `measured ${digits}`;
}
