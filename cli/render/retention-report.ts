/** What retention dropped, for people. */
import { formatIsoTime, type Micros } from '../../core/index.ts';
import type { RetentionReport } from '../../store/index.ts';
import { formatByteCount, formatNumberOf } from './amount.ts';

/** One line. */
export function renderDropped({ dropped, ended }: RetentionReport): string {
  const byteCount = dropped.reduce((sum, each) => sum + each.byteCount, 0);
  const reasons = (['age', 'size'] as const)
    .map((why) => [dropped.filter((each) => each.why === why).length, why] as const)
    .filter(([count]) => count > 0)
    .map(([count, why]) => `${count} by ${why}`);
  const parts = [`${formatNumberOf(dropped.length, 'segment')} dropped, ${formatByteCount(byteCount)}`];
  if (reasons.length > 0) parts.push(reasons.join(', '));
  if (ended.length > 0) parts.push(`${formatNumberOf(ended.length, 'drop')} of an earlier process ended`);
  return parts.join('; ');
}

/** A line a segment, then what is left. */
export function renderRetention(report: RetentionReport, { dryRun }: { readonly dryRun: boolean }): string {
  const { dropped, kept, nextAt } = report;
  const lines = dropped.map(({ segment, why, byteCount }) => `${segment}  ${formatByteCount(byteCount)}  by ${why}`);
  const left = `${formatNumberOf(kept.segments, 'segment')} kept, ${formatByteCount(kept.byteCount)}`;
  const next = nextAt === undefined || dropped.length > 0 ? [] : [whyKept(nextAt)];
  return [...lines, `${dryRun ? 'would be: ' : ''}${renderDropped(report)}`, left, ...next].join('\n');
}

/** Who asks for a short time and sees nothing go wonders. */
function whyKept(nextAt: Micros): string {
  const time = `${formatIsoTime(nextAt).slice(0, 19)}Z`;
  return `age counts from the end of a segment, or from when retention first saw it: the first goes after ${time}`;
}
