/** A replay while it runs, in one line. */
import type { ReplayProgress } from '../../emitter/index.ts';
import { formatCount, formatNumberOf } from './amount.ts';

export function renderReplayProgress(progress: ReplayProgress): string {
  const seconds = Math.round(progress.elapsedMs / 1000);
  const counts = [
    `${formatCount(progress.due)} due`,
    `${formatCount(progress.answered)} answered`,
    `${formatCount(progress.inFlight)} in flight`,
    ...describeTroubles(progress),
    ...describeRouting(progress),
  ];
  return `${seconds} s  ${counts.join(', ')}  on ${formatNumberOf(progress.connections, 'connection')}`;
}

/** Targets that are out and sends that wait for users to move; empty where there are none. */
function describeRouting({ routing }: ReplayProgress): readonly string[] {
  if (routing === undefined) return [];
  const { out, held } = routing;
  return [
    ...(out.length > 0 ? [`${formatNumberOf(out.length, 'target')} out`] : []),
    ...(held > 0 ? [`${formatCount(held)} held`] : []),
  ];
}

/** What did not go as it should, each with its count; empty where all did. */
export function describeTroubles({ errors, failed, notSent, waiting }: ReplayProgress): readonly string[] {
  return [
    ...(errors > 0 ? [formatNumberOf(errors, 'error')] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(notSent > 0 ? [`${formatCount(notSent)} not sent`] : []),
    ...(waiting > 0 ? [`${formatCount(waiting)} waiting`] : []),
  ];
}
