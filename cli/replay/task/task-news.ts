/** What came of a changed document, for standard error. */
import { formatNumberOf } from '../../render/amount.ts';
import { escapeForTerminal } from '../../render/terminal-text.ts';
import type { SafeChange, TaskDifference } from './diff-tasks.ts';

/** @returns one line a change */
export function taskNews(file: string, { safe, unsafe }: TaskDifference): string {
  const lines = [
    ...safe.map((change) => `${change.path}: ${changeText(change)}`),
    ...unsafe.map(({ path, why }) => `${path}: ${why}`),
  ];
  return [`the task ${file} changed:`, ...lines.map((line) => `  ${escapeForTerminal(line)}`)].join('\n');
}

/** Of a run whose workers share its plan. */
export function unheededNews(file: string): string {
  const told = `the task ${file} changed: several workers share the run, so all of it stays as it was until the next one`;
  return escapeForTerminal(told);
}

function changeText(change: SafeChange): string {
  switch (change.kind) {
    case 'target-added':
      return `added, weight ${change.target.weight}`;
    case 'target-removed':
      return 'taken out, after its last answer';
    case 'target-weight':
      return change.weight === 0 ? 'weight 0, takes nothing new' : `weight ${change.weight}`;
    case 'pool-weight':
      return `weight ${change.weight}`;
    case 'rules':
      return `${formatNumberOf(change.rules.length, 'rule')} from now on`;
    case 'units':
      return `version ${change.units.version}, users that move are held until it is in effect`;
    case 'stop-rules':
      return change.texts.length === 0 ? 'no rules any more' : `${change.texts.join(', ')} from now on`;
    default:
      return change satisfies never;
  }
}
