/** Exchanges as JSON lines: to standard output, or beside the store into the file of `--out`. */
import type { Writable } from 'node:stream';
import type { Exchange, Ledger } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { openLineFile } from '../output/line-file.ts';
import { TextOutput } from '../output/text-output.ts';
import { BatchSink } from './batch-sink.ts';
import type { ExchangeSink } from './exchange-sink.ts';

export class LineSink implements ExchangeSink {
  readonly name = 'lines';
  readonly #output: TextOutput;
  readonly #format: (exchange: Exchange) => string;

  constructor(stream: Writable, format: (exchange: Exchange) => string = formatExchangeLine) {
    this.#output = new TextOutput(stream);
    this.#format = format;
  }

  exchange(exchange: Exchange): void {
    this.#output.line(this.#format(exchange));
  }

  room(): Promise<void> | undefined {
    return this.#output.room();
  }

  finish(): Promise<void> {
    return this.#output.finish();
  }
}

/**
 * Bounded, so that a slow disk under a live capture drops and counts.
 *
 * @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written
 */
export async function lineFileSink(path: string, ledger: Ledger, live: boolean): Promise<BatchSink> {
  const output = await openLineFile(path);
  const write = async (exchanges: readonly Exchange[]) => {
    for (const exchange of exchanges) output.line(formatExchangeLine(exchange));
    await output.room();
  };
  return new BatchSink({ name: 'out', live }, ledger, write, () => output.finish());
}
