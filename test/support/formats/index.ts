/** Exchanges out to the bytes of a format and in again, through the same readers and parser as the command line. */
import { StreamAssembler } from '../../../collector/index.ts';
import { compareExchangeIds, type Exchange, Ledger, type StreamChunk } from '../../../core/index.ts';
import {
  CaptureReader,
  DelimitedReader,
  ExchangeLinesReader,
  GorReader,
  HarReader,
  recordingFormat,
} from '../../../formats/index.ts';
import { ExchangeParser } from '../../../parser/index.ts';
import { type ExportFormat, exchangeWriter } from '../../../store/index.ts';

export interface Exported {
  readonly bytes: Buffer;
  /** The exchanges that are in the file, in its order. */
  readonly kept: readonly Exchange[];
  /** Exchanges left out, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** @param exchanges in any order: they are written in the order of their ids, as a store gives them */
export function exported(format: ExportFormat, exchanges: readonly Exchange[]): Exported {
  const writer = exchangeWriter(format, '1.2.3');
  const pieces: Uint8Array[] = [Buffer.from(writer.start())];
  const kept: Exchange[] = [];
  const leftOut: Record<string, number> = {};
  for (const exchange of [...exchanges].sort((one, other) => compareExchangeIds(one.id, other.id))) {
    const written = writer.add(exchange);
    if (typeof written === 'object' && 'leftOut' in written) {
      leftOut[written.leftOut] = (leftOut[written.leftOut] ?? 0) + 1;
    } else {
      kept.push(exchange);
      pieces.push(Buffer.from(written));
    }
  }
  pieces.push(Buffer.from(writer.end()));
  return { bytes: Buffer.concat(pieces), kept, leftOut };
}

export interface Imported {
  /** In the order of their ids. */
  readonly exchanges: readonly Exchange[];
  readonly ledger: Ledger;
  readonly failure: Error | undefined;
}

interface Reader<T> {
  readonly failure: Error | undefined;
  push(bytes: Uint8Array): readonly T[];
  end(): unknown;
}

/**
 * @param cut bytes read at a time
 * @throws Error when the ledger does not add up or holds something at the end
 */
export function imported(file: Uint8Array, cut: number = Number.MAX_SAFE_INTEGER): Imported {
  const ledger = new Ledger();
  const exchanges: Exchange[] = [];
  const parser = new ExchangeParser({}, { ledger });
  let newestAt = 0;
  const parse = (chunks: readonly StreamChunk[]) => {
    newestAt = chunks.reduce((newest, { at }) => Math.max(newest, at), newestAt);
    for (const event of parser.pushAll(chunks)) if (event.kind === 'exchange') exchanges.push(event.exchange);
  };
  const account = () => ledger.account('records', 'read');
  let failure: Error | undefined;
  const format = recordingFormat(file.subarray(0, 4096));
  switch (format) {
    case 'capture': {
      const assembler = new StreamAssembler({}, { ledger });
      const reader = new CaptureReader('test');
      readAll(reader, file, cut, (packets) => {
        for (const packet of packets) parse(assembler.push(packet));
      });
      parse(assembler.end(newestAt));
      failure = reader.failure;
      break;
    }
    case 'gor':
    case 'har': {
      const reader = format === 'gor' ? new GorReader('test', account()) : new HarReader('test', account());
      readAll(reader, file, cut, parse);
      failure = reader.failure;
      break;
    }
    case 'jsonl':
    case 'protobuf': {
      const reader = format === 'jsonl' ? new ExchangeLinesReader('test') : new DelimitedReader('test');
      readAll(reader, file, cut, (read) => {
        for (const exchange of read) exchanges.push(exchange);
      });
      failure = reader.failure;
      break;
    }
    default:
      format satisfies never;
  }
  for (const event of parser.end(newestAt)) if (event.kind === 'exchange') exchanges.push(event.exchange);
  const { balanced, accounts } = ledger.report();
  const held = Object.values(accounts).some((each) => each.held > 0);
  if (!balanced || held) throw new Error(`the ledger does not add up: ${JSON.stringify(accounts)}`);
  exchanges.sort((one, other) => compareExchangeIds(one.id, other.id));
  return { exchanges, ledger, failure };
}

function readAll<T>(reader: Reader<T>, file: Uint8Array, cut: number, take: (read: readonly T[]) => void): void {
  for (let at = 0; at < file.length; at += cut) {
    // A copy each: readers may keep what they are given.
    take(reader.push(file.slice(at, at + cut)));
    if (reader.failure !== undefined) return;
  }
  // Captures have nothing left at their end.
  take((reader.end() ?? []) as readonly T[]);
}
