/** Runs a command to its end and says what it cost, children included, as the shell's own `time` accounts it. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

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

/** The machine, as every bench prints it first. */
export function machineLine(): string {
  return `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
