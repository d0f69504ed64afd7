/** What `doctor` found, one check a line, what to do about it below. */
import pc from 'picocolors';
import type { DoctorCheck } from '../../collector/index.ts';
import { escapeForTerminal } from './terminal-text.ts';

export function renderChecks(checks: readonly DoctorCheck[], { color }: { readonly color: boolean }): string {
  const paint = pc.createColors(color);
  const marks = { ok: paint.green('ok     '), warning: paint.yellow('warning'), failed: paint.red('failed ') };
  const width = Math.max(0, ...checks.map((check) => check.name.length));
  return checks
    .flatMap((check) => [
      `${marks[check.ok]}  ${escapeForTerminal(check.name).padEnd(width)}  ${escapeForTerminal(check.detail)}`,
      ...(check.hint === '' ? [] : [`${' '.repeat(width + 11)}${paint.dim(`→ ${escapeForTerminal(check.hint)}`)}`]),
    ])
    .join('\n');
}
