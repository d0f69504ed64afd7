/** What a search found and read, as one line. */
import type { ScanReport } from '../../core/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';

/**
 * @param found what was printed or counted
 * @param content whether headers or bodies had to be scanned
 */
export function renderScanReport(found: number, report: ScanReport | undefined, content: boolean): string {
  if (report === undefined) return `${formatCount(found)} found`;
  const read = content
    ? `${formatCount(report.exchanges)} scanned for headers and bodies`
    : `${formatCount(report.exchanges)} read`;
  return `${formatCount(found)} found in ${read} (${indexText(report)})`;
}

function indexText({ index, blocks, segments }: ScanReport): string {
  const where = `${formatNumberOf(blocks, 'block')}, ${formatNumberOf(segments, 'segment')}`;
  switch (index) {
    case 'used':
      return `index used; ${where}`;
    case 'partly':
      return `index used in part; ${where}`;
    case 'not-used':
      return `index not used; ${where}`;
    default:
      return index satisfies never;
  }
}
