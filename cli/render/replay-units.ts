/** Which unit got what, and whether anything went astray. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatNumberOf, formatShare } from './amount.ts';
import type { RoutingReport } from './replay-courses.ts';
import { type SummaryRow, summaryRow } from './replay-summary-row.ts';

export type UnitReport = NonNullable<RoutingReport['units']>;

const MAX_UNITS = 6;

/** Undefined where users may go anywhere. */
export function summarizeUnits({ routing }: ReplayReport): SummaryRow | undefined {
  const units = routing?.units;
  if (units === undefined) return undefined;
  const changes = units.earlierChanges + units.changes.length;
  const shown = unitRows(units).slice(0, MAX_UNITS);
  const more = Object.keys(units.sends).length - shown.length;
  const parts = [
    `version ${units.version}${changes > 0 ? ` after ${formatNumberOf(changes, 'change')}` : ''}`,
    ...shown.map(({ unit, sends, share }) => `${unit} ${formatCount(sends)} (${share})`),
    ...(more > 0 ? [formatNumberOf(more, 'more unit')] : []),
    ...describeRequests(units),
    ...(units.misrouted === 0 ? ['none misrouted'] : []),
  ];
  return summaryRow('units', parts, unitTroubles(units));
}

/** The unit with most sends first. */
export function unitRows({ sends }: UnitReport): readonly { unit: string; sends: number; share: string }[] {
  const all = Object.values(sends).reduce((sum, count) => sum + count, 0);
  return Object.entries(sends)
    .sort(([, one], [, other]) => other - one)
    .map(([unit, count]) => ({ unit, sends: count, share: formatShare(count, all) }));
}

/** Requests that were no known user's; empty where there were none. Those sent on too often are told as not sent. */
function describeRequests({ requests: { central, unresolved } }: UnitReport): readonly string[] {
  return [
    ...(central > 0 ? [`${formatNumberOf(central, 'central request')}`] : []),
    ...(unresolved > 0 ? [`${formatNumberOf(unresolved, 'request')} without a user`] : []),
  ];
}

function unitTroubles({ misrouted, heldNow }: UnitReport): readonly string[] {
  return [
    ...(misrouted > 0 ? [`${formatNumberOf(misrouted, 'send')} misrouted`] : []),
    ...(heldNow > 0 ? [`${formatNumberOf(heldNow, 'send')} still held`] : []),
  ];
}
