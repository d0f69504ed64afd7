/** `--late at-once | catch-up[:FACTOR] | drop:TIME` → what happens to sends that could not go when they were due. */
import type { PlanReport } from '../../emitter/index.ts';
import { parseTargetWait } from './duration.ts';
import { usageError } from './usage-error.ts';

export type Lateness = PlanReport['lateness'];

const DEFAULT_FACTOR = 2;

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseLateness(text: string): Lateness {
  const [, kind, value] = /^([a-z-]+)(?::(.*))?$/.exec(text) ?? [];
  if (kind === 'at-once' && value === undefined) return { kind };
  if (kind === 'catch-up' && value === undefined) return { kind, factor: DEFAULT_FACTOR };
  if (kind === 'catch-up' && value !== undefined) return { kind, factor: factorOf(text, value) };
  if (kind === 'drop' && value !== undefined) return { kind, afterMs: parseTargetWait(value) };
  throw usageError(
    `"${text}" does not say what becomes of late sends`,
    'write at-once, catch-up (twice as fast as planned at most), catch-up:1.5 or drop:2s',
  );
}

function factorOf(text: string, value: string): number {
  const factor = Number(value);
  if (/^\d*\.?\d+$/.test(value) && factor >= 1.01 && factor <= 1000) return factor;
  throw usageError(
    `"${text}" catches up by no factor from 1.01 to 1000`,
    'write catch-up:2 for twice as fast as planned',
  );
}
