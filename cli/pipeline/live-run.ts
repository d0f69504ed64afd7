/** A live capture from start to end: says what it does, shows how it goes, stops when asked or when its limit is reached. */
import { setFlagsFromString } from 'node:v8';
import { listeningOn } from '../../collector/index.ts';
import { type CaptureSource, completenessOf, type Ledger, type Millis } from '../../core/index.ts';
import { type Context, onInterrupt } from '../context.ts';
import { statusLine } from '../output/status-line.ts';
import { whyNoExchange } from '../render/completeness.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import { finishSinks, type PipelineOptions, runPipeline, type WatchedLedger } from './pipeline.ts';

export interface LiveRunOptions extends PipelineOptions {
  /** Stops after this long. */
  readonly duration?: Millis;
  /** Stops after so many exchanges. */
  readonly count?: number;
  readonly ports: readonly number[];
  /** Said when packets are being captured. */
  readonly announcement: string;
}

/** A user who sees nothing for so long wants to know why. */
const SILENCE_MS = 5_000;

/**
 * Buffers are given back where they are collected. By default four threads of V8 do it beside us, and at 10,000
 * exchanges/s contend for the allocator: 14 to 24 % of all our CPU in pairs of runs in turn.
 */
function freeBuffersInPlace(): void {
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
}

/** @throws BytecopyError of the source or a sink, after everything before it was handled */
export async function runLive(
  source: CaptureSource,
  options: LiveRunOptions,
  sinks: readonly ExchangeSink[],
  { ledger, witness }: WatchedLedger,
  context: Context,
): Promise<void> {
  freeBuffersInPlace();
  const stop = () => void source.stop();
  onInterrupt(context, stop);
  const status = statusLine(context.stderr);
  const counter = new CountingSink(options.count, stop);
  const limit = options.duration === undefined ? undefined : setTimeout(stop, options.duration);
  const second = setInterval(() => status.show(progress(source, counter, ledger)), 1_000);
  const silence = setTimeout(() => {
    if (counter.exchanges === 0) context.stderr.write(`${whatIsSeen(ledger, options.ports)}\n`);
  }, SILENCE_MS);
  try {
    const running = runPipeline(source, options, {
      clock: context.clock,
      ledger,
      witness,
      sinks: [...sinks, counter],
    });
    source.started().then(
      () => context.stderr.write(`${options.announcement}\n`),
      () => {}, // the pipeline ends with the same reason
    );
    await running;
  } finally {
    clearTimeout(limit);
    clearTimeout(silence);
    clearInterval(second);
    status.clear();
    await finishSinks(sinks);
  }
}

class CountingSink implements ExchangeSink {
  readonly name = 'counter';
  exchanges = 0;
  readonly #stopAt: number | undefined;
  readonly #stop: () => void;

  constructor(stopAt: number | undefined, stop: () => void) {
    this.#stopAt = stopAt;
    this.#stop = stop;
  }

  exchange(): void {
    this.exchanges++;
    if (this.exchanges === this.#stopAt) this.#stop();
  }

  async finish(): Promise<void> {}
}

function progress(source: CaptureSource, counter: CountingSink, ledger: Ledger): string {
  const { delivered, droppedByKernel } = source.statistics();
  const dropped = droppedByKernel === undefined ? 'drops unknown' : `${droppedByKernel} dropped by the kernel`;
  return `${counter.exchanges} exchanges, ${ledger.fact('flows')} flows, ${delivered} packets, ${dropped}`;
}

/** What there is instead of exchanges, and what to look at. */
function whatIsSeen(ledger: Ledger, ports: readonly number[]): string {
  const report = ledger.report();
  const unheard = ports.filter((port) => !listeningOn(port));
  const nobody = unheard.length > 0 ? `; nothing listens on port ${unheard.join(', ')} of this machine` : '';
  return `${whyNoExchange(report, completenessOf(report))}${nobody}`;
}
