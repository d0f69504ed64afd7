/**
 * What a user waits for who imports a capture file: the built command line, from its start to its end, with parsing, index
 * and everything synced. Sealing on and off and encryption apart; a round runs each once, so that they meet the same
 * neighbours.
 *
 *     npx tsx test/bench/import.ts [EXCHANGES] [ROUNDS]        default 400,000 of 1 kB, 3 rounds
 *
 * Figures: exchanges a second of wall clock and of CPU, bytes of the store over bytes of the messages, anonymous memory at
 * most. `npm run build` first.
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_DIR } from '../support/machine.ts';
import { writeRealisticCapture } from './realistic-capture-file.ts';
import { machineLine, median, watchedCost } from './whole-process.ts';

const EXCHANGES = Number(process.argv[2] ?? 400_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const BIN = `${PROJECT_DIR}/dist/cli/bin.js`;

const RUNS = {
  'as captured': 'secrets: { seal: false }\n',
  sealed: '{}\n',
  'sealed, encrypted': 'encrypt: true\n',
} as const;

async function bytesBelow(path: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-import-'));
try {
  const file = join(folder, 'capture.pcap');
  const { exchanges, messageBytes } = await writeRealisticCapture(file, EXCHANGES);
  const each = Math.round(messageBytes / exchanges);
  console.log(`${machineLine()}; load ${loadavg()[0]?.toFixed(1)}`);
  console.log(`${exchanges.toLocaleString('en')} exchanges of ${each} B of HTTP, ${ROUNDS} rounds\n`);
  const found = new Map<string, { wall: number[]; cpu: number[]; share: number; megabytes: number }>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, config] of Object.entries(RUNS)) {
      const store = join(folder, 'store');
      const configFile = join(folder, 'bytecopy.yaml');
      await writeFile(configFile, config);
      const flags = ['--config', configFile, '--key-file', join(folder, 'keys'), '--store', store, '--json'];
      const cost = await watchedCost(process.execPath, BIN, 'import', file, ...flags);
      const known = found.get(name) ?? { wall: [], cpu: [], share: 0, megabytes: 0 };
      known.wall.push(exchanges / cost.wallSeconds);
      known.cpu.push((cost.cpuSeconds * 1e6) / exchanges);
      known.share = (await bytesBelow(store)) / messageBytes;
      known.megabytes = Math.max(known.megabytes, cost.peakAnonymousMegabytes);
      found.set(name, known);
      await rm(store, { recursive: true });
    }
  }
  for (const [name, { wall, cpu, share, megabytes }] of found) {
    const rates = `${rate(median(wall))}, best ${rate(Math.max(...wall))}`;
    const bytes = `${(100 * share).toFixed(1)} % of the bytes`;
    console.log(
      `${name.padEnd(20)} ${rates}   ${median(cpu).toFixed(1)} µs CPU   ${bytes}   RssAnon at most ${megabytes} MB`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`;
}
