/** Anonymous memory of a process over time, as the kernel counts it: files that are mapped are not in it. */
import { readFileSync } from 'node:fs';

const INTERVAL_MS = 100;

export interface MemoryWatch {
  /** Megabytes, one figure each {@link INTERVAL_MS}, of the time when the process lived. */
  readonly megabytes: readonly number[];
  stop(): void;
}

export function watchMemory(processId: number): MemoryWatch {
  const megabytes: number[] = [];
  const timer = setInterval(() => {
    const found = anonymousMegabytes(processId);
    if (found !== undefined) megabytes.push(found);
  }, INTERVAL_MS);
  return { megabytes, stop: () => clearInterval(timer) };
}

/** Undefined where the process has ended, or the system tells of none. */
function anonymousMegabytes(processId: number): number | undefined {
  try {
    const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'latin1')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
