/** Runs a command to its end and says what it cost, children included, as the shell's own `time` accounts it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { watchMemory } from '../support/memory-watch.ts';
import { cpuMicrosOf } from './cli-process.ts';

const POLL_MS = 20;

export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** @throws Error when the command fails */
export function costOf(command: string, ...args: readonly string[]): ProcessCost {
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>/dev/null';
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', command, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  const [user = 0, system = 0, wall = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpuSeconds: user + system, wallSeconds: wall };
}

/** Runs a command to its end; its largest resident memory, in MB, as the kernel's high-water mark says. */
export async function peakMemoryOf(command: string, ...args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'ignore' });
  let peakMegabytes = 0;
  const poll = setInterval(() => {
    try {
      const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peakMegabytes = Math.max(peakMegabytes, Math.round(Number(kilobytes) / 1024));
    } catch {
      // the process has just ended
    }
  }, 20);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(poll);
  return peakMegabytes;
}

/**
 * Runs a command to its end, its anonymous memory watched.
 *
 * @throws Error when the command fails
 */
export async function watchedCost(
  command: string,
  ...args: readonly string[]
): Promise<ProcessCost & { readonly peakAnonymousMegabytes: number }> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const watch = watchMemory(child.pid as number);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let cpuMicros = 0;
  // A child's own account ends with it: what is read last is short of its end by this much at most.
  const poll = setInterval(() => {
    cpuMicros = tryCpuMicros(child.pid as number) ?? cpuMicros;
  }, POLL_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(poll);
  watch.stop();
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`);
  return {
    wallSeconds: (performance.now() - started) / 1000,
    cpuSeconds: cpuMicros / 1e6,
    peakAnonymousMegabytes: Math.max(0, ...watch.megabytes),
  };
}

function tryCpuMicros(processId: number): number | undefined {
  try {
    return cpuMicrosOf(processId);
  } catch {
    return undefined; // it has just ended
  }
}

/** The machine, as every bench prints it first. */
export function machineLine(): string {
  return `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
