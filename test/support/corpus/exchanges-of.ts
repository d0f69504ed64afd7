/** All exchanges of a capture file, through the same pipeline that the command line uses. */

import { systemClock } from '../../../cli/clock.ts';
import { runPipeline } from '../../../cli/pipeline/pipeline.ts';
import { openCaptureSource } from '../../../collector/index.ts';
import { type CaptureSource, type Exchange, Ledger, type LedgerReport } from '../../../core/index.ts';

/** @param as what is read instead of the file's own packets */
export async function exchangesOf(
  path: string,
  as: (source: CaptureSource) => CaptureSource = (source) => source,
): Promise<{ exchanges: Exchange[]; ledger: LedgerReport }> {
  const ledger = new Ledger();
  const exchanges: Exchange[] = [];
  const sink = {
    name: 'list',
    exchange: (exchange: Exchange) => void exchanges.push(exchange),
    finish: async () => {},
  };
  const source = as(openCaptureSource({ kind: 'file', path }));
  await runPipeline(source, { parser: {}, assembler: {}, tickMs: 200 }, { clock: systemClock, ledger, sinks: [sink] });
  return { exchanges, ledger: ledger.report() };
}
