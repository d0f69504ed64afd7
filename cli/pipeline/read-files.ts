/** Recordings, captures and others, one after the other through the pipeline into the same sinks, with one ledger. */
import { openCaptureSource } from '../../collector/index.ts';
import { BytecopyError } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { type Context, onInterrupt } from '../context.ts';
import { GATHERED } from '../options/source.ts';
import type { ExchangeSink } from './exchange-sink.ts';
import { finishSinks, runPipeline, type WatchedLedger } from './pipeline.ts';
import { openRecording } from './recording-input.ts';
import { assemblerOptionsOf, parserOptionsOf } from './stage-options.ts';

/** For people: every format that is told by its first bytes. */
export const RECORDING_FORMATS = 'pcap, pcapng, .gor, HAR, JSON lines or protobuf of export';

export interface ReadFilesOptions {
  readonly files: readonly string[];
  readonly ports: readonly number[];
  readonly config: Config;
}

/**
 * Every file is read, and the sinks are finished once, also when one fails: what came before the fault is kept.
 *
 * @throws BytecopyError of the file or sink that failed, at the end; an `AggregateError` of them where several did
 */
export async function readFiles(
  options: ReadFilesOptions,
  sinks: readonly ExchangeSink[],
  watched: WatchedLedger,
  context: Context,
): Promise<void> {
  const failures = new Set<unknown>();
  for (const path of options.files) {
    if (context.interrupted.aborted) break;
    await readFile(path, options, sinks, watched, context).catch((error) => failures.add(error));
  }
  await finishSinks(sinks).catch((error) => failures.add(error));
  if (context.interrupted.aborted) context.exitCode = 130;
  if (failures.size > 1) throw new AggregateError(failures, 'several inputs failed');
  for (const failure of failures) throw failure;
}

async function readFile(
  path: string,
  options: ReadFilesOptions,
  sinks: readonly ExchangeSink[],
  watched: WatchedLedger,
  context: Context,
): Promise<void> {
  const parser = parserOptionsOf(options.config);
  const recording = await openRecording(path);
  if (recording.format !== 'capture') {
    const { readRecording } = await import('./read-recording.ts');
    return await readRecording({ ...recording, format: recording.format }, parser, sinks, watched, context);
  }
  const source = openCaptureSource(path === '-' ? { kind: 'stdin' } : { kind: 'file', path });
  onInterrupt(context, () => void source.stop());
  const pipeline = { parser, assembler: assemblerOptionsOf(options.config, options.ports), tickMs: GATHERED.tickMs };
  await runPipeline(source, pipeline, { ...watched, clock: context.clock, sinks }).catch((error: unknown) => {
    throw inWordsOfFormats(error);
  });
}

/** What is no capture may have been meant as a recording of another format. */
function inWordsOfFormats(error: unknown): unknown {
  if (!(error instanceof BytecopyError) || error.code !== 'CAPTURE_NOT_A_CAPTURE') return error;
  return new BytecopyError(error.code, error.message.replace('not a pcap or pcapng capture', 'of no known format'), {
    hint: `what is read: ${RECORDING_FORMATS}, gzipped or not`,
    exitCode: error.exitCode,
    cause: error,
  });
}
