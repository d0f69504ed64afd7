/**
 * The built command line on a large capture file: parsing (the ledger only, and as JSON lines) and importing with
 * index, with every exchange's token sealed and kept as captured, whole processes, beside tshark where it is installed.
 *
 *     npm run build && npx tsx test/bench/pipeline.ts [exchanges]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN } from '../support/cli/bytecopy.ts';
import { requires } from '../support/requirements.ts';
import { writeCaptureFile } from './capture-file.ts';
import { costOf, machineLine, median, type ProcessCost, peakMemoryOf } from './whole-process.ts';

const RUNS = 3;

const folder = mkdtempSync(join(tmpdir(), 'bytecopy-bench-'));
try {
  const path = join(folder, 'large.pcap');
  const exchanges = await writeCaptureFile(path, Number(process.argv[2] ?? 200_000));
  console.log(machineLine());
  console.log(`${exchanges} exchanges of 1.3 kB, medians of ${RUNS} whole processes\n`);

  const report = (name: string, costs: readonly ProcessCost[]): number => {
    const cpu = exchanges / median(costs.map(({ cpuSeconds }) => cpuSeconds));
    const wall = exchanges / median(costs.map(({ wallSeconds }) => wallSeconds));
    console.log(
      `${name.padEnd(18)} ${Math.round(cpu).toLocaleString()} exchanges per CPU-second, ${Math.round(wall).toLocaleString()} per second`,
    );
    return cpu;
  };
  const runs = (run: () => ProcessCost) => Array.from({ length: RUNS }, run);
  const summary = report(
    'parse --summary',
    runs(() => costOf(process.execPath, BIN, 'parse', '--summary', path)),
  );
  report(
    'parse --ledger',
    runs(() => costOf(process.execPath, BIN, 'parse', '--summary', '--ledger', join(folder, 'ledger.json'), path)),
  );
  report(
    'parse (JSON lines)',
    runs(() => costOf(process.execPath, BIN, 'parse', path)),
  );
  let stores = 0;
  const importing = (...flags: readonly string[]) =>
    runs(() => costOf(process.execPath, BIN, 'import', '--store', join(folder, `store-${stores++}`), ...flags, path));
  process.env.BYTECOPY_KEY_FILE = join(folder, 'keys');
  const sealed = report('import', importing());
  const config = join(folder, 'as-captured.yaml');
  writeFileSync(config, 'secrets: { seal: false }\n');
  const captured = report('import, not sealed', importing('--config', config));
  console.log(`sealing a token each costs ${(1e6 / sealed - 1e6 / captured).toFixed(1)} CPU-µs an exchange`);
  const once = await peakMemoryOf(process.execPath, BIN, 'parse', '--summary', path);
  const fourTimes = await peakMemoryOf(process.execPath, BIN, 'parse', '--summary', path, path, path, path);
  console.log(`memory             ${once} MB at most over the file, ${fourTimes} MB over four times as much`);
  if (requires('tshark').met) {
    const filter = ['-n', '-Y', 'http', '-T', 'fields', '-e', 'http.request.uri', '-e', 'http.response.code'];
    const tshark = report('tshark', [costOf('tshark', ...filter, '-r', path)]);
    console.log(`\nparse --summary is ${(summary / tshark).toFixed(0)} times tshark`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
