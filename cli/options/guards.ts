/** What may be sent, and where to: the words that writes need, functions that only read, targets that are allowed. */
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { collectList } from './list.ts';
import { usageError } from './usage-error.ts';

export interface GuardFlags {
  readonly allowWrites?: boolean;
  readonly readOnly?: boolean;
  readonly readFunctions?: string[];
  readonly allowTarget?: boolean;
  readonly onlyTargets?: string[];
}

export function addGuardOptions(command: Command): Command {
  return command
    .optionsGroup('Guards:')
    .option('--allow-writes', 'send requests that may change something too')
    .option('--read-only', 'leave requests that may change something out, and count them')
    .option(
      '--read-functions <patterns>',
      'Thrift functions that only read, all others count as writes: get*,Items:list*; may be repeated',
      collectList,
    )
    .option('--allow-target', 'send even to an address that the traffic was recorded from')
    .option(
      '--only-targets <list>',
      'refuse other targets than these names, addresses and networks: *.test:8080,10.0.0.0/8; may be repeated',
      collectList,
    );
}

/**
 * Flags win over the config file, list by list.
 *
 * @throws BytecopyError `USAGE` (exit code 2) where two words about writes contradict each other
 */
export function guardOptionsOf(flags: GuardFlags, config: Config) {
  if (flags.allowWrites && flags.readOnly) {
    throw usageError('--allow-writes and --read-only contradict each other', 'leave one of them out');
  }
  const readFunctions = flags.readFunctions ?? config.replay?.readFunctions;
  const allowedTargets = flags.onlyTargets ?? config.replay?.allowedTargets;
  return {
    writes: flags.allowWrites ? ('allow' as const) : flags.readOnly ? ('skip' as const) : ('undecided' as const),
    allowTarget: flags.allowTarget === true,
    ...(readFunctions === undefined ? {} : { readFunctions }),
    ...(allowedTargets === undefined ? {} : { allowedTargets }),
  };
}
