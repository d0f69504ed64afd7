/** What came of a replay: reports, files, and the exit code with what there is to do. */
import type { RunResult } from '../../emitter/index.ts';
import type { Context } from '../context.ts';
import type { OutcomeFlags } from '../options/outcome.ts';
import { escapeForTerminal, renderReplayReport } from '../render/index.ts';
import { verdictOf, weightiest } from '../replay/verdict.ts';
import type { BlockingLines } from './blocking-lines.ts';
import { writeHgrmFiles } from './hgrm-files.ts';
import { writeReplayPage } from './replay-page.ts';

/**
 * A report for each destination; page and histograms are of the targets, not of copies.
 *
 * @throws BytecopyError `OUTPUT_FAILED` where one of the files cannot be written; the others are, all the same
 */
export async function tellOutcome(
  context: Context,
  flags: OutcomeFlags,
  reached: readonly RunResult[],
  results: BlockingLines | undefined,
): Promise<void> {
  const reports = reached.map(({ report }) => (flags.json ? JSON.stringify(report) : renderReplayReport(report)));
  context.stdout.write(`${reports.join(flags.json ? '\n' : '\n\n')}\n`);
  const [first] = reached;
  const files = [
    results?.finish(),
    flags.html === undefined || first === undefined ? undefined : writeReplayPage(flags.html, first.report),
    flags.hgrm === undefined || first === undefined ? undefined : writeHgrmFiles(flags.hgrm, first.histograms),
  ];
  const failed = (await Promise.allSettled(files)).find((file) => file.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const circumstances = { interrupted: context.interrupted.aborted, heldUpMs: results?.heldUpMs ?? 0 };
  const verdicts = reached.map(({ report }) => ({ target: report.target, ...verdictOf(report, circumstances) }));
  for (const { target, text } of verdicts) {
    if (text === '') continue;
    context.stderr.write(`${reached.length > 1 ? `${escapeForTerminal(target)}: ` : ''}${text}\n`);
  }
  context.exitCode = weightiest(verdicts);
}
