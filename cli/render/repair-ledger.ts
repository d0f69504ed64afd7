/** What a repair did, for people. */
import { foundDifferences, type RepairLedger, type RepairProgress } from '../../store/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';

export function renderRepairLedger(ledger: Readonly<RepairLedger>, { dryRun }: { readonly dryRun: boolean }): string {
  const { blocks, equal, missing, different, inFlight, damaged, dangling, droppedSegments, rebuiltSegments } = ledger;
  const parts = [
    [equal, 'equal'],
    [missing, 'missing'],
    [different, 'different'],
    [inFlight, 'in flight'],
    [damaged, 'damaged'],
  ] as const;
  const sum = parts.map(([count, name]) => `${formatCount(count)} ${name}`).join(' + ');
  const lines = [
    `${formatNumberOf(blocks, 'block')} in ${formatNumberOf(ledger.segments, 'segment')} = ${sum}`,
    `in the index alone: ${formatNumberOf(dangling, 'block')}, ${formatNumberOf(droppedSegments, 'whole segment')}`,
  ];
  if (rebuiltSegments > 0) lines.push(`unreadable in the index: ${formatNumberOf(rebuiltSegments, 'segment')}`);
  if (ledger.damagedSegments > 0)
    lines.push(`not readable as a whole in the data: ${formatNumberOf(ledger.damagedSegments, 'segment')}`);
  const verdict = dryRun ? 'they differ; nothing was changed' : 'they differed; the index agrees with the data now';
  lines.push(foundDifferences(ledger) ? verdict : 'the index agrees with the data');
  return lines.join('\n');
}

export function renderRepairProgress({ done, segments, segment, ledger }: RepairProgress): string {
  const wrong = ledger.missing + ledger.different + ledger.dangling;
  return `segment ${Math.min(done + 1, segments)} of ${segments} (${segment}): ${formatNumberOf(ledger.blocks, 'block')} compared, ${formatCount(wrong)} wrong`;
}
