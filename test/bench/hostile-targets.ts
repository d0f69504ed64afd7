/**
 * Targets that behave badly, sent to at 5,000 a second through the command line with a result a send: memory over time,
 * outcomes, and whether they add up.
 *
 *     npx tsx test/bench/hostile-targets.ts [seconds a target] [only: text that the target's name contains]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOSTILE_TARGETS, type Hostility, startHostileTarget } from '../support/emitter/hostile-targets.ts';
import { manyClients } from '../support/emitter/many-clients.ts';
import { outcomesOf } from '../support/emitter/results-file.ts';
import { watchMemory } from '../support/memory-watch.ts';
import { startCli } from './cli-process.ts';
import { machineLine } from './whole-process.ts';

const SECONDS = Number(process.argv[2] ?? 60);
const ONLY = process.argv[3] ?? '';
const PER_SECOND = 5_000;

async function run(hostility: Hostility, folder: string): Promise<string> {
  const target = await startHostileTarget(hostility, SECONDS * 1_000);
  const results = join(folder, 'results.jsonl');
  const flags = ['--qps', String(PER_SECOND), '--loop', '--duration', `${SECONDS}s`, '--results', results, '--json'];
  try {
    const cli = await startCli(['replay', '--to', target.url, '--file', join(folder, 'a.pcap'), ...flags]);
    const memory = watchMemory(cli.processId);
    const { code, stdout, stderr } = await cli.finished;
    memory.stop();
    const report = JSON.parse(stdout);
    const { lines, answered, failed, notSent } = await outcomesOf(results);
    const same =
      JSON.stringify([answered, failed, notSent].map(sorted)) ===
      JSON.stringify([report.answered, report.failed, report.notSent].map(sorted));
    return [
      `exit ${code}`,
      `${report.due} due of ${SECONDS * PER_SECOND}, ${lines} results ${same ? 'as reported' : 'NOT AS REPORTED'},`,
      `${report.balanced ? 'balanced' : 'NOT BALANCED'};`,
      `${answered} answered, failed ${JSON.stringify(failed)}, not sent ${JSON.stringify(notSent)};`,
      `connections ${report.connections.opened} opened, ${report.connections.peak} at once;`,
      `CPU ${report.generator.cpuPercent} %; MB by tenths of the run ${tenths(memory.megabytes).join(' ')}`,
      `(${stderr.trim().split('\n').at(-1)})`,
    ].join(' ');
  } finally {
    await target.close();
  }
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).sort() : value;
}

function tenths(values: readonly number[]): readonly number[] {
  return Array.from({ length: 10 }, (_, tenth) => values[Math.floor(((tenth + 0.5) * values.length) / 10)] ?? 0);
}

console.log(`${machineLine()}; ${PER_SECOND}/s for ${SECONDS} s each, generator and target on the same cores`);
const folder = await mkdtemp(join(tmpdir(), 'bytecopy-bench-'));
try {
  await writeFile(join(folder, 'a.pcap'), manyClients({ clients: 100, requests: 10, gapMs: 100 }));
  for (const hostility of HOSTILE_TARGETS) {
    if (hostility.includes(ONLY)) console.log(`${hostility.padEnd(20)} ${await run(hostility, folder)}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
