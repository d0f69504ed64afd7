/**
 * The ledger of a run, one equation a line:
 *
 *   ledger: every account adds up
 *     packets   1,200 = 1,150 decoded + 50 ignored (not-tcp 48, truncated 2)
 */
import type { AccountReport, LedgerReport } from '../../core/index.ts';
import { formatCount } from './amount.ts';
import { escapeForTerminal } from './terminal-text.ts';

export function renderLedger(report: LedgerReport): string {
  const accounts = Object.entries(report.accounts);
  const facts = Object.entries(report.facts);
  const nameWidth = Math.max(0, ...[...accounts, ...facts].map(([name]) => escapeForTerminal(name).length));
  const lines = [report.balanced ? 'ledger: every account adds up' : 'ledger: DOES NOT ADD UP'];
  for (const [name, account] of accounts) {
    lines.push(
      `  ${escapeForTerminal(name).padEnd(nameWidth)}  ${equation(account)}${account.balanced ? '' : '  ← wrong'}`,
    );
  }
  if (facts.length > 0) lines.push('facts');
  for (const [name, count] of facts)
    lines.push(`  ${escapeForTerminal(name).padEnd(nameWidth)}  ${formatCount(count)}`);
  return lines.join('\n');
}

function equation(account: AccountReport): string {
  const terms = Object.entries(account.out).map(([name, count]) => `${formatCount(count)} ${escapeForTerminal(name)}`);
  for (const [group, reasons] of Object.entries(account.aside)) {
    const counts = Object.entries(reasons).sort(([, one], [, other]) => other - one);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    const named = counts.map(([reason, count]) => `${escapeForTerminal(reason)} ${formatCount(count)}`);
    terms.push(`${formatCount(sum)} ${escapeForTerminal(group)} (${named.join(', ')})`);
  }
  if (account.held > 0) terms.push(`${formatCount(account.held)} still held`);
  return `${formatCount(account.in)} ${account.balanced ? '=' : '≠'} ${terms.join(' + ')}`;
}
