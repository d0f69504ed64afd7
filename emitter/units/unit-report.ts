/** What was routed to which unit, what changes did, and whether anything went astray; a value that crosses threads. */
import type { RequestUserCounts } from './request-users.ts';
import { mergeUnitChanges, type UnitChangeReport } from './unit-change.ts';

export interface UnitReport {
  /** The version that holds at last. */
  readonly version: number;
  /** The last 100, in their order; times as they were given. */
  readonly changes: readonly UnitChangeReport[];
  /** Changes before those. */
  readonly earlierChanges: number;
  /** Sends by unit. */
  readonly sends: Readonly<Record<string, number>>;
  readonly requests: RequestUserCounts;
  readonly heldNow: number;
  /** Sends to a unit that was not their user's then, or beside others of the user at another unit; 0 where changes are committed when ready. */
  readonly misrouted: number;
}

/** One report of those of several emitters of a run, which got the same changes. */
export function mergeUnitReports(reports: readonly [UnitReport, ...UnitReport[]]): UnitReport {
  return reports.reduce(merged);
}

function merged(one: UnitReport, other: UnitReport): UnitReport {
  return {
    version: Math.max(one.version, other.version),
    changes: mergeUnitChanges(one.changes, other.changes),
    earlierChanges: Math.max(one.earlierChanges, other.earlierChanges),
    sends: mergedSends(one.sends, other.sends),
    requests: {
      users: one.requests.users + other.requests.users,
      central: one.requests.central + other.requests.central,
      unresolved: one.requests.unresolved + other.requests.unresolved,
      tooManyHops: one.requests.tooManyHops + other.requests.tooManyHops,
    },
    heldNow: one.heldNow + other.heldNow,
    misrouted: one.misrouted + other.misrouted,
  };
}

function mergedSends(one: UnitReport['sends'], other: UnitReport['sends']): UnitReport['sends'] {
  const sends = new Map(Object.entries(one));
  for (const [unit, count] of Object.entries(other)) sends.set(unit, (sends.get(unit) ?? 0) + count);
  return Object.fromEntries(sends);
}
