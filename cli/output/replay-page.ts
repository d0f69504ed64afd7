/** The page of a replay as a file: the charts' library is taken from its package and put inside. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ReplayReport } from '../../emitter/index.ts';
import { type ChartLibrary, renderReplayPage } from '../render/html/page.ts';
import { writeTextFile } from './text-file.ts';

const installed = createRequire(import.meta.url);

/** @throws BytecopyError `OUTPUT_FAILED` when the file cannot be written */
export async function writeReplayPage(path: string, report: ReplayReport): Promise<void> {
  await writeTextFile(path, renderReplayPage(report, await readChartLibrary()));
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
