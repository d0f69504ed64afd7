/**
 * A recording that is no capture through the later stages: `.gor` and HAR as stream chunks through the parser, as live
 * traffic goes; files of exchanges straight to the sinks.
 */
import type { Account, BytecopyError, Exchange, Micros, StreamChunk } from '../../core/index.ts';
import {
  DelimitedReader,
  ExchangeLinesReader,
  GorReader,
  HarReader,
  type RecordingFormat,
} from '../../formats/index.ts';
import { ExchangeParser, type ParserOptions } from '../../parser/index.ts';
import type { Context } from '../context.ts';
import { deliver } from './deliver.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import type { WatchedLedger } from './pipeline.ts';
import type { RecordingInput } from './recording-input.ts';

/** Chunks to the parser at once: the sinks are asked for room between. */
const CHUNKS_AT_ONCE = 4_096;

interface Reader<T> {
  readonly failure: BytecopyError | undefined;
  push(bytes: Uint8Array): readonly T[];
  end(): readonly T[];
}

type Recording = RecordingInput & { readonly format: Exclude<RecordingFormat, 'capture'> };

/** @throws BytecopyError what is wrong with the file, after everything before it was delivered */
export async function readRecording(
  recording: Recording,
  parserOptions: Partial<ParserOptions>,
  sinks: readonly ExchangeSink[],
  watched: WatchedLedger,
  context: Pick<Context, 'interrupted'>,
): Promise<void> {
  const account = watched.ledger.account('records', 'read');
  const { name, format } = recording;
  switch (format) {
    case 'gor':
      return await readChunks(recording, new GorReader(name, account), parserOptions, sinks, watched, context);
    case 'har':
      return await readChunks(recording, new HarReader(name, account), parserOptions, sinks, watched, context);
    case 'jsonl':
      return await readExchanges(recording, new ExchangeLinesReader(name), account, sinks, watched, context);
    case 'protobuf':
      return await readExchanges(recording, new DelimitedReader(name), account, sinks, watched, context);
    default:
      return format satisfies never;
  }
}

async function readChunks(
  recording: Recording,
  reader: Reader<StreamChunk>,
  parserOptions: Partial<ParserOptions>,
  sinks: readonly ExchangeSink[],
  watched: WatchedLedger,
  context: Pick<Context, 'interrupted'>,
): Promise<void> {
  const { ledger, witness } = watched;
  const announceRequests = sinks.some((sink) => sink.request !== undefined);
  const countOnly = sinks.length === 0 && witness === undefined;
  const deps = witness === undefined ? { ledger } : { ledger, witness };
  const parser = new ExchangeParser({ ...parserOptions, announceRequests, countOnly }, deps);
  let newestAt: Micros = 0;
  for await (const chunks of readThrough(recording, reader, context)) {
    for (let start = 0; start < chunks.length; start += CHUNKS_AT_ONCE) {
      const some = chunks.slice(start, start + CHUNKS_AT_ONCE);
      newestAt = Math.max(newestAt, some.at(-1)?.at ?? 0);
      witness?.chunks(some);
      deliver(parser.pushAll(some), sinks, witness);
      for (const sink of sinks) await sink.room?.();
    }
  }
  deliver(parser.end(newestAt), sinks, witness);
  if (reader.failure !== undefined) throw reader.failure;
}

async function readExchanges(
  recording: Recording,
  reader: Reader<Exchange>,
  account: Account,
  sinks: readonly ExchangeSink[],
  { ledger, witness }: WatchedLedger,
  context: Pick<Context, 'interrupted'>,
): Promise<void> {
  for await (const exchanges of readThrough(recording, reader, context)) {
    account.in += exchanges.length;
    account.out += exchanges.length;
    for (const exchange of exchanges) {
      ledger.addFact(`exchanges:${exchange.outcome}`);
      if (isBroken(exchange)) ledger.addFact('exchanges:broken');
    }
    deliver(
      exchanges.map((exchange) => ({ kind: 'exchange', exchange })),
      sinks,
      witness,
    );
    for (const sink of sinks) await sink.room?.();
  }
  if (reader.failure !== undefined) throw reader.failure;
}

async function* readThrough<T>(
  recording: Recording,
  reader: Reader<T>,
  context: Pick<Context, 'interrupted'>,
): AsyncGenerator<readonly T[]> {
  for await (const bytes of recording.bytes()) {
    yield reader.push(bytes);
    if (reader.failure !== undefined || context.interrupted.aborted) return;
  }
  yield reader.end();
}

/** A pair, or a call without answer, of which bytes are missing. */
function isBroken({ outcome, request, response }: Exchange): boolean {
  if (outcome !== 'paired' && outcome !== 'oneway') return false;
  return [request, response].some((message) => message !== undefined && !message.complete);
}
