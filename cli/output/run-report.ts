/** How a run ends for its user: completeness, the ledger and the reports of its mirrors, whatever became of it. */
import { BytecopyError } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';
import type { Context } from '../context.ts';
import { renderReplayReport } from '../render/index.ts';
import type { RunLedger } from './run-ledger.ts';

/**
 * Waits for a live run and reports it; one that failed before its first packet has nothing to report.
 *
 * @param reports of mirrors, asked when the run has ended
 * @throws what the run failed with, behind its report; BytecopyError `MIRROR_NOT_ANSWERED` (exit code 1) where a target
 *   answered nothing of what was due, `COMPLETENESS_NOT_REACHED` (exit code 3)
 */
export async function reportRun(
  running: Promise<void>,
  run: RunLedger,
  reports: () => readonly ReplayReport[],
  { json }: { readonly json?: boolean },
  context: Context,
): Promise<void> {
  const [outcome] = await Promise.allSettled([running]);
  const failed = outcome.status === 'rejected';
  if (!failed || run.ledger.account('packets', 'decoded').in > 0) {
    const mirrors = reports();
    const text = () => [run.text(), ...mirrors.map(renderReplayReport)].join('\n');
    context.stdout.write(`${json ? JSON.stringify({ ...run.report(), mirrors }) : text()}\n`);
    await run.writeFile();
  }
  if (failed) throw outcome.reason;
  for (const report of reports()) requireAnswers(report);
  run.requireCompleteness();
}

function requireAnswers({ due, answered, failed, target }: ReplayReport): void {
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  if (due === 0 || answered > 0 || failures === 0) return;
  throw new BytecopyError('MIRROR_NOT_ANSWERED', `nothing was answered by ${target}, the target of the mirror`, {
    hint: 'the report names the reasons; is the target running? What was captured is kept',
  });
}
