/** `bytecopy replay` of a capture, as a user runs it, with its report and its results read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { ReplayReport } from '../../../emitter/index.ts';
import { type Finished, type Running, type RunOptions, start } from '../cli/bytecopy.ts';
import { type ResultLine, resultsOf } from './results-file.ts';

export interface Replayed extends Finished {
  /** Undefined where none was printed. */
  readonly report: ReplayReport | undefined;
  readonly results: readonly ResultLine[];
}

export interface ReplayCli {
  readonly folder: string;
  readonly running: Running;
  readonly ended: Promise<Replayed>;
}

/** Starts it, with `--json` and `--results`; its folder is gone when the test has finished. */
export async function startReplay(
  capture: Uint8Array,
  target: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<ReplayCli> {
  const folder = await mkdtemp(join(tmpdir(), 'bytecopy-replay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const recording = join(folder, 'recording.pcap');
  const results = join(folder, 'results.jsonl');
  await writeFile(recording, capture);
  const args = ['replay', '--to', target, '--file', recording, '--results', results, '--json', ...flags];
  const running = start(args, { cwd: folder, ...options });
  return { folder, running, ended: running.finished.then((end) => read(end, results)) };
}

export async function replay(capture: Uint8Array, target: string, ...flags: readonly string[]): Promise<Replayed> {
  return (await startReplay(capture, target, flags)).ended;
}

/** It ended as it should, or says that this machine was too busy for the rate, which is not what is tested. */
export function expectDone({ code, stderr }: Finished): void {
  expect([0, 4], stderr).toContain(code);
}

async function read(end: Finished, path: string): Promise<Replayed> {
  const results: ResultLine[] = [];
  try {
    for await (const result of resultsOf(path)) results.push(result);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return { ...end, report: end.stdout === '' ? undefined : (JSON.parse(end.stdout) as ReplayReport), results };
}
