/** The choices that only the user of a replay can make: refused before anything is sent. */
import { BytecopyError } from '../../core/index.ts';
import { formatCount, formatNumberOf } from '../render/amount.ts';
import { escapeForTerminal, listCounts } from '../render/index.ts';
import type { Forecast } from './forecast.ts';
import type { OperationCount } from './operation-counts.ts';

const OPERATIONS_SHOWN = 5;

/** @throws BytecopyError `REPLAY_EMPTY` (exit code 1) */
export function requireSomething(expected: Forecast): void {
  if (expected.exchanges === 0) {
    throw new BytecopyError('REPLAY_EMPTY', 'the selection holds no exchange', {
      hint: "bytecopy find '' shows what there is; --store names another store",
    });
  }
  if (expected.sendable > 0) return;
  const onlyWrites = expected.leftBehind['write-not-allowed'] === expected.exchanges;
  const reasons = listCounts(expected.leftBehind);
  throw new BytecopyError(
    'REPLAY_EMPTY',
    `none of the ${formatNumberOf(expected.exchanges, 'exchange')} selected can be sent: ${reasons}`,
    {
      hint: onlyWrites
        ? '--allow-writes sends them; --read-functions names Thrift functions that only read'
        : 'whole requests of HTTP and Thrift can be sent, and sessions that were kept from their first byte',
    },
  );
}

/**
 * Writes go only where somebody said so.
 *
 * @throws BytecopyError `REPLAY_WRITES_UNDECIDED` (exit code 2)
 */
export function requireWord(expected: Forecast, sending: { readonly writes: 'undecided' | 'allow' | 'skip' }): void {
  if (expected.writes.length === 0 || sending.writes !== 'undecided') return;
  throw new BytecopyError('REPLAY_WRITES_UNDECIDED', `the selection holds writes: ${describeWrites(expected.writes)}`, {
    hint: '--allow-writes sends them, --read-only leaves them out; --read-functions names Thrift functions that only read',
    exitCode: 2,
  });
}

/** `120 × POST /cart, 3 × DELETE /cart and 17 operations more`. */
export function describeWrites(writes: readonly OperationCount[]): string {
  const shown = writes
    .slice(0, OPERATIONS_SHOWN)
    .map(({ operation, count }) => `${formatCount(count)} × ${escapeForTerminal(operation)}`);
  const more = writes.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${formatNumberOf(more, 'operation')} more` : shown.join(', ');
}
