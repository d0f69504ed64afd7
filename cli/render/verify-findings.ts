/** What a verification found, for people. */
import { MAX_RANGES, type NumberRange, type VerifyFindings, type VerifyProgress } from '../../store/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';

export function renderVerifyFindings(findings: VerifyFindings): string {
  const { segments, blocks, exchanges, damaged, lostBlocks, lostNumbers, shortSegments, sound } = findings;
  const lines = [
    `${formatNumberOf(exchanges, 'exchange')} read in ${formatNumberOf(blocks, 'block')} of ${formatNumberOf(segments, 'segment')}`,
  ];
  if (damaged > 0) lines.push(`${formatCount(damaged)} damaged: blocks or segments that cannot be read`);
  if (lostBlocks > 0) {
    const more = lostNumbers.length === MAX_RANGES ? ', …' : '';
    lines.push(
      `${formatNumberOf(lostBlocks, 'block')} lost, of the numbers ${lostNumbers.map(range).join(', ')}${more}`,
    );
  }
  for (const { segment, counted, found } of shortSegments) {
    lines.push(`segment ${segment}: ${formatNumberOf(counted, 'exchange')} written, ${formatCount(found)} there`);
  }
  lines.push(sound ? 'nothing is damaged or lost' : 'the store is not whole; what is left of it is served');
  return lines.join('\n');
}

export function renderVerifyProgress({ done, segments, segment, findings }: VerifyProgress): string {
  return `segment ${Math.min(done + 1, segments)} of ${segments} (${segment}): ${formatNumberOf(findings.blocks, 'block')} read`;
}

function range({ first, last }: NumberRange): string {
  return first === last ? String(first) : `${first} to ${last}`;
}
