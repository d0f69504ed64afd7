/** How a run ends for its user: the ledger and the reports of its mirrors, whatever became of it. */
import type { Ledger } from '../../core/index.ts';
import type { ReplayReport } from '../../emitter/index.ts';
import type { Context } from '../context.ts';
import { renderLedger, renderReplayReport } from '../render/index.ts';
import { writeLedgerFile } from './ledger-file.ts';

export interface RunReportFlags {
  /** File for the ledger as JSON. */
  readonly ledger?: string;
  readonly json?: boolean;
}

/**
 * Waits for a live run and reports it; one that failed before its first packet has nothing to report.
 *
 * @param reports of mirrors, asked when the run has ended
 * @throws what the run failed with, behind its report
 */
export async function reportRun(
  run: Promise<void>,
  ledger: Ledger,
  reports: () => readonly ReplayReport[],
  flags: RunReportFlags,
  context: Context,
): Promise<void> {
  const [outcome] = await Promise.allSettled([run]);
  const failed = outcome.status === 'rejected';
  if (!failed || ledger.account('packets', 'decoded').in > 0) {
    const report = ledger.report();
    const mirrors = reports();
    const text = [renderLedger(report), ...mirrors.map(renderReplayReport)].join('\n');
    context.stdout.write(`${flags.json ? JSON.stringify({ ...report, mirrors }) : text}\n`);
    await writeLedgerFile(flags.ledger, report);
  }
  if (failed) throw outcome.reason;
}
