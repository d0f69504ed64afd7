/** Runs a command to its end and says what it cost, children included, as the shell's own `time` accounts it. */
import { spawnSync } from 'node:child_process';
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

/** The machine, as every bench prints it first. */
export function machineLine(): string {
  return `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
