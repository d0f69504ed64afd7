/**
 * What a capturing child says beside its packets: JSON lines on its file descriptor 3.
 *
 *     {"kind":"started","interface":"lo","linkType":1,"snapLengthBytes":262144,"filter":"tcp port 80"}
 *     {"kind":"statistics","received":120,"dropped":0,"droppedByInterface":0}
 *     {"kind":"failed","code":"CAPTURE_NO_PRIVILEGE","message":"…","hint":"…","exitCode":1}
 */
import { writeSync } from 'node:fs';
import type { ByteCount, ExitCode } from '../../core/index.ts';

export const REPORT_FD = 3;

export interface ChildStarted {
  readonly kind: 'started';
  readonly interface: string;
  readonly linkType: number;
  readonly snapLengthBytes: ByteCount;
  /** The candidate that compiled. */
  readonly filter: string;
}

/** Counts since the start; as the kernel gives them, so `received` may count what a loopback interface shows twice. */
export interface ChildStatistics {
  readonly kind: 'statistics';
  readonly received: number;
  readonly dropped: number;
  readonly droppedByInterface: number;
}

export interface ChildFailed {
  readonly kind: 'failed';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
}

export type ChildReport = ChildStarted | ChildStatistics | ChildFailed;

/** Called in the child. A parent that is gone is noticed elsewhere, so failing to tell it is no error. */
export function sendReport(report: ChildReport): void {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(report)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

/** Cuts the channel's text into reports. Called in the parent, which started the child and trusts its form. */
export class ReportReader {
  #rest = '';

  push(text: string): readonly ChildReport[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as ChildReport);
  }
}
