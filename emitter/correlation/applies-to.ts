/** Which exchanges a rule learns from. */
import { matchesWildcard } from '../../core/index.ts';
import { parseStatusRange } from '../rules/match/status-range.ts';
import type { CorrelationRule } from './options.ts';

export type AppliesTo = (exchange: { readonly operation: string; readonly status?: number }) => boolean;

export function compileWhere({ operation, status }: CorrelationRule['learn']['where']): AppliesTo {
  const range = status === undefined ? undefined : parseStatusRange(status);
  return (exchange) => {
    if (range !== undefined) {
      const { status: recorded = 0 } = exchange;
      if (recorded < range.from || recorded > range.to) return false;
    }
    return operation === undefined || matchesWildcard(operation, exchange.operation);
  };
}
