/** The lines of a results file, added up without holding them. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ResultLine {
  readonly exchange: string;
  readonly copy: number;
  readonly operation: string;
  readonly outcome: string;
  readonly answer: string;
  readonly attempts: number;
  readonly dueAt: number;
  readonly sentAt: number;
  readonly lastByteAt: number;
  readonly response?: string;
}

export async function* resultsOf(path: string): AsyncGenerator<ResultLine> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line) as ResultLine;
}

/** How many lines there are of each outcome, in the words of a report. */
export interface OutcomeCounts {
  lines: number;
  answered: number;
  readonly failed: Record<string, number>;
  readonly notSent: Record<string, number>;
}

export async function outcomesOf(path: string): Promise<OutcomeCounts> {
  const counts: OutcomeCounts = { lines: 0, answered: 0, failed: {}, notSent: {} };
  for await (const { outcome } of resultsOf(path)) {
    counts.lines++;
    const [kind, reason = ''] = outcome.split(':');
    if (kind === 'answered') counts.answered++;
    else {
      const reasons = kind === 'failed' ? counts.failed : counts.notSent;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  return counts;
}
