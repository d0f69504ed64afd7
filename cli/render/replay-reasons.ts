/** Why due sends were not sent, in words. */
import type { ReplayReport } from '../../emitter/index.ts';

type NotSentReason = keyof ReplayReport['notSent'];

/** Where the reason's own name says as much, it stays. */
const WORDS: Readonly<Record<NotSentReason, string>> = {
  incomplete: 'incomplete',
  truncated: 'truncated',
  filtered: 'left out by rules',
  'write-not-allowed': 'write-not-allowed',
  marked: 'marked',
  'no-target': 'no target available',
  'no-user': 'of no unit',
  'too-many-hops': 'sent on too often',
  'not-supported': 'not-supported',
  stopped: 'stopped',
  dropped: 'dropped',
};

/** Names that are no reason, as in reports of other versions, are told as they are. */
export function describeReason(reason: string): string {
  return Object.hasOwn(WORDS, reason) ? WORDS[reason as NotSentReason] : reason;
}
