/** `--since --until` where no query is asked. */
import type { Micros } from '../../core/index.ts';
import { parseTime } from './time.ts';
import { usageError } from './usage-error.ts';

export interface RangeFlags {
  readonly since?: string;
  readonly until?: string;
}

/** @throws BytecopyError `USAGE` (exit code 2) */
export function rangeOf(flags: RangeFlags, now: Micros): { readonly since?: Micros; readonly until?: Micros } {
  const since = flags.since === undefined ? undefined : parseTime(flags.since, now);
  const until = flags.until === undefined ? undefined : parseTime(flags.until, now);
  if (since !== undefined && until !== undefined && since >= until) {
    throw usageError(`--since ${flags.since} is not before --until ${flags.until}`, 'exchange the two');
  }
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}
