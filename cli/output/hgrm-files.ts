/** Latency histograms as files that HdrHistogram's plotters read: `PREFIX-from-intended.hgrm`, `PREFIX-service.hgrm`. */
import { hgrmOf, type RunHistograms } from '../../emitter/index.ts';
import { writeTextFile } from './text-file.ts';

/**
 * @returns the paths
 * @throws BytecopyError `OUTPUT_FAILED` when one of them cannot be written
 */
export async function writeHgrmFiles(
  prefix: string,
  { fromIntended, service }: Pick<RunHistograms, 'fromIntended' | 'service'>,
): Promise<readonly string[]> {
  const files = { [`${prefix}-from-intended.hgrm`]: fromIntended, [`${prefix}-service.hgrm`]: service };
  for (const [path, latencies] of Object.entries(files)) await writeTextFile(path, hgrmOf(latencies));
  return Object.keys(files);
}
