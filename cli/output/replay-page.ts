/** The page of a replay as a file: the charts' library is taken from its package and put inside. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ReplayReport } from '../../emitter/index.ts';
import { type ChartLibrary, renderReplayPage } from '../render/index.ts';
import { writeFailure } from './write-failure.ts';

const installed = createRequire(import.meta.url);

/**
 * Readable by its owner only, because operations are named after what was recorded.
 *
 * @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written
 */
export async function writeReplayPage(path: string, report: ReplayReport): Promise<void> {
  const page = renderReplayPage(report, await readChartLibrary());
  try {
    await writeFile(path, page, { mode: 0o600 });
  } catch (cause) {
    throw writeFailure(path, path, cause as Error);
  }
}

export async function readChartLibrary(): Promise<ChartLibrary> {
  const read = (file: string) => readFile(installed.resolve(`uplot/${file}`), 'utf8');
  const [script, style, license] = await Promise.all([
    read('dist/uPlot.iife.min.js'),
    read('dist/uPlot.min.css'),
    read('LICENSE'),
  ]);
  return { script, style, license };
}
