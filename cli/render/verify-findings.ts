/** What a verification found, for people. */
import { MAX_RANGES, type NumberRange, type VerifyFindings, type VerifyProgress } from '../../store/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';

/** @param finished false where it was interrupted: what was not read is not judged */
export function renderVerifyFindings(findings: VerifyFindings, finished = true): string {
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
  if (!sound) lines.push('the store is not whole; what is left of it is served');
  else lines.push(finished ? 'nothing is damaged or lost' : 'nothing is damaged in what was read');
  if (!finished) lines.push('interrupted; --since and --until read a part');
  return lines.join('\n');
}

export function renderVerifyProgress({ done, segments, segment, findings }: VerifyProgress): string {
  return `segment ${Math.min(done + 1, segments)} of ${segments} (${segment}): ${formatNumberOf(findings.blocks, 'block')} read`;
}

function range({ first, last }: NumberRange): string {
  return first === last ? String(first) : `${first} to ${last}`;
}
