/** What every command that reads traffic says about completeness, and where its ledger goes. */
import type { Command } from 'commander';
import { requireWritable } from '../output/write-failure.ts';
import { parsePercent } from './number.ts';

export interface LedgerFlags {
  /** File for the detailed ledger as JSON. */
  readonly ledger?: string;
  /** Percent. */
  readonly requireCompleteness?: number;
  readonly json?: boolean;
}

export function addLedgerOptions(command: Command): Command {
  return command
    .option(
      '--ledger <file>',
      'write the ledger, flow by flow and second by second, as JSON to this file',
      (path: string) => requireWritable('the ledger', path),
    )
    .option(
      '--require-completeness <share>',
      'exit code 3 where less than this share of the exchanges is whole: 99.9%',
      parsePercent,
    );
}
