/** The whole path on the loopback interface, in this process: libpcap, reassembly, parser. */
import { systemClock } from '../../../cli/clock.ts';
import { runPipeline } from '../../../cli/pipeline/pipeline.ts';
import { captureFilter, openCaptureSource } from '../../../collector/index.ts';
import { type Exchange, Ledger, type LedgerReport } from '../../../core/index.ts';

export interface LiveExchanges {
  /** Ends the capture and waits for everything pending. */
  stop(): Promise<{ readonly exchanges: readonly Exchange[]; readonly ledger: LedgerReport }>;
}

/** Resolves when the capture runs. */
export async function exchangesOn(port: number): Promise<LiveExchanges> {
  const ledger = new Ledger();
  const exchanges: Exchange[] = [];
  const sink = {
    name: 'list',
    exchange: (exchange: Exchange) => void exchanges.push(exchange),
    finish: async () => {},
  };
  const source = openCaptureSource({ kind: 'live', interface: 'lo', filter: captureFilter([port]) });
  const running = runPipeline(
    source,
    { parser: {}, assembler: { serverPorts: new Set([port]) }, tickMs: 200 },
    { clock: systemClock, ledger, sinks: [sink] },
  );
  await source.started();
  return {
    stop: async () => {
      await source.stop();
      await running;
      return { exchanges, ledger: ledger.report() };
    },
  };
}
