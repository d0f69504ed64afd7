/** Exchanges as JSON lines to a stream: standard output, or the file of `--out`. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { BytecopyError, type Exchange } from '../../core/index.ts';
import { formatExchangeLine } from '../../formats/index.ts';
import { TextOutput } from '../output/text-output.ts';
import type { ExchangeSink } from './exchange-sink.ts';

export class LineSink implements ExchangeSink {
  readonly name = 'lines';
  readonly #output: TextOutput;

  constructor(stream: Writable) {
    this.#output = new TextOutput(stream);
  }

  exchange(exchange: Exchange): void {
    this.#output.line(formatExchangeLine(exchange));
  }

  room(): Promise<void> | undefined {
    return this.#output.room();
  }

  finish(): Promise<void> {
    return this.#output.finish();
  }
}

/** @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written */
export async function openLineFile(path: string): Promise<Writable> {
  const stream = createWriteStream(path, { mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new BytecopyError('OUTPUT_FAILED', `cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
  return stream;
}
