/** `QUERY --since --until --newest` → what the store is asked. */
import { type Micros, parseQuery, type Selection } from '../../core/index.ts';
import { parseTime } from './time.ts';

export interface SelectionFlags {
  readonly since?: string;
  readonly until?: string;
  readonly newest?: boolean;
}

/** @throws BytecopyError `QUERY_INVALID` or `USAGE` (exit code 2) */
export function selectionOf(query: string, flags: SelectionFlags, now: Micros): Selection {
  return {
    where: parseQuery(query),
    order: flags.newest ? 'newest-first' : 'oldest-first',
    ...(flags.since === undefined ? {} : { since: parseTime(flags.since, now) }),
    ...(flags.until === undefined ? {} : { until: parseTime(flags.until, now) }),
  };
}
