/** The operations that a reader looks at first: those that fail, then those called most. */
import type { ReplayReport } from '../../emitter/index.ts';
import { formatCount, formatSpan } from './amount.ts';
import { renderPlainTable } from './plain-table.ts';
import { escapeForTerminal, shorten } from './terminal-text.ts';

export type OperationReport = ReplayReport['operations'][number];

const MAX_OPERATIONS = 10;
const MAX_NAME_CHARACTERS = 44;

/** Those with failures and errors first, the worst of them at the top; then by how often they were due. */
export function worstFirst(operations: readonly OperationReport[]): readonly OperationReport[] {
  const bad = ({ failed, errors }: OperationReport) => failed + errors;
  return [...operations].sort((one, other) => bad(other) - bad(one) || other.due - one.due);
}

/** Of several targets the one that was sent to; what none was chosen for is told of all of them together. */
export function describeTarget(target: string): string {
  return target.includes(', ') ? 'no target' : target;
}

/** Empty where there is one operation that went well: the lines above say it all. */
export function renderOperations(operations: readonly OperationReport[]): string {
  const sorted = worstFirst(operations);
  const [first] = sorted;
  if (first === undefined || (sorted.length === 1 && first.failed + first.errors === 0)) return '';
  const shown = sorted.slice(0, MAX_OPERATIONS);
  const severalTargets = new Set(operations.map(({ target }) => target)).size > 1;
  const table = renderPlainTable(
    [
      { head: 'operation', align: 'left' },
      ...['due', 'answered', 'errors', 'failed', 'not sent', 'p50', 'p99'].map(
        (head) => ({ head, align: 'right' }) as const,
      ),
    ],
    shown.map((one) => [
      shorten(
        escapeForTerminal(severalTargets ? `${one.operation} (${describeTarget(one.target)})` : one.operation),
        MAX_NAME_CHARACTERS,
      ),
      ...[one.due, one.answered, one.errors, one.failed, one.notSent].map(formatCount),
      ...[one.fromIntended.p50, one.fromIntended.p99].map((micros) =>
        one.fromIntended.count === 0 ? '-' : formatSpan(micros),
      ),
    ]),
  );
  const more = sorted.length - shown.length;
  return more === 0 ? table : `${table}\nand ${formatCount(more)} more`;
}
