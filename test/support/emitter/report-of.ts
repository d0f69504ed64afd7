/** The report of a run that is all of its plan. */
import { mergeSnapshots, type ReplayReport, type RunSnapshot } from '../../../emitter/index.ts';

export async function reportOf(run: Promise<RunSnapshot>): Promise<ReplayReport> {
  return mergeSnapshots([await run]).report;
}
