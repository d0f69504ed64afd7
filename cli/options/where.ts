/** `--where` of commands that read captures: headers and bodies included. */
import { compileQuery, type Micros, parseQuery, type QueryPredicate } from '../../core/index.ts';
import { queryViews } from '../../parser/index.ts';

/** @throws BytecopyError `QUERY_INVALID` (exit code 2) */
export function predicateOf(where: string | undefined, now: Micros): QueryPredicate | undefined {
  return where === undefined ? undefined : compileQuery(parseQuery(where, now), queryViews());
}
