/** The built command line as a process of a bench: started, measured with its children, interrupted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_DIR } from '../support/machine.ts';

/** Keys of benches are none of the user's; children inherit it. */
process.env.BYTECOPY_KEY_FILE ??= join(tmpdir(), `bytecopy-bench-${process.getuid?.() ?? 0}`, 'keys');

/** USER_HZ, in which /proc/PID/stat counts. */
const TICKS_PER_SECOND = 100;
/** Depth of processes that is looked for below ours: the command, its capturing child. */
const MAX_DEPTH = 4;

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly processId: number;
  /** CPU that the process and all its living children have used so far. */
  cpuMicros(): number;
  /** The same, each by its command line's first words. */
  cpuByProcess(): readonly { readonly name: string; readonly micros: number }[];
  /** SIGINT, then what it printed until its end. */
  interrupt(): Promise<CliEnd>;
  readonly finished: Promise<CliEnd>;
}

/** @param says resolves when standard error has this text; rejects when the process ends before */
export async function startCli(args: readonly string[], says?: string): Promise<CliProcess> {
  const child = spawn(process.execPath, [`${PROJECT_DIR}/dist/cli/bin.js`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const processId = child.pid as number;
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const heard = new Promise<void>((resolve) => {
    if (says === undefined) resolve();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (says !== undefined && stderr.includes(says)) resolve();
    });
  });
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const early = finished.then((end) => {
    if (says !== undefined && !end.stderr.includes(says)) throw new Error(`ended early: ${end.stderr}`);
  });
  await Promise.race([heard, early]);
  return {
    processId,
    cpuMicros: () => family(processId).reduce((sum, id) => sum + cpuMicrosOf(id), 0),
    cpuByProcess: () => family(processId).map((id) => ({ name: nameOf(id), micros: cpuMicrosOf(id) })),
    interrupt: () => {
      child.kill('SIGINT');
      return finished;
    },
    finished,
  };
}

function family(processId: number, depth = 0): number[] {
  const children = readFileSync(`/proc/${processId}/task/${processId}/children`, 'latin1').trim();
  const ids = children === '' ? [] : children.split(' ').map(Number);
  return [processId, ...(depth < MAX_DEPTH ? ids.flatMap((id) => family(id, depth + 1)) : [])];
}

/** User and system time, without that of children. */
export function cpuMicrosOf(processId: number): number {
  const fields = readFileSync(`/proc/${processId}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

function nameOf(processId: number): string {
  const words = readFileSync(`/proc/${processId}/cmdline`, 'latin1').split('\0');
  return (words.find((word) => word.endsWith('.js') || word.endsWith('.ts')) ?? words[0] ?? '').replace(/^.*\//, '');
}
