/** `QUERY --since --until --newest` → what the store is asked. */
import { BytecopyError, type Micros, parseQuery, type Selection } from '../../core/index.ts';
import { parseTime } from './time.ts';

export interface SelectionFlags {
  readonly since?: string;
  readonly until?: string;
  readonly newest?: boolean;
}

/** @throws BytecopyError `QUERY_INVALID` or `USAGE` (exit code 2) */
export function selectionOf(query: string, flags: SelectionFlags, now: Micros): Selection {
  const since = flags.since === undefined ? undefined : parseTime(flags.since, now);
  const until = flags.until === undefined ? undefined : parseTime(flags.until, now);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new BytecopyError('USAGE', `--since ${flags.since} is not before --until ${flags.until}`, {
      hint: 'exchange the two',
      exitCode: 2,
    });
  }
  return {
    where: parseQuery(query, now),
    order: flags.newest ? 'newest-first' : 'oldest-first',
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}
