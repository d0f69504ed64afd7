/** Flags that replay and mirror share: connections, guards, headers; what a company says once stands in the config file. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import {
  addConnectionOptions,
  type ConnectionFlags,
  checkConnectionFlags,
  connectionOptionsOf,
} from './connections.ts';
import { addGuardOptions, type GuardFlags, guardOptionsOf } from './guards.ts';
import { addHeaderOptions, type HeaderFlags, headerOptionsOf } from './headers.ts';

export type SendingFlags = ConnectionFlags & GuardFlags & HeaderFlags;

/** Each group under a heading of its own; what is added behind them needs one too. */
export function addSendingOptions(command: Command): Command {
  return addHeaderOptions(addConnectionOptions(addGuardOptions(command)));
}

/**
 * The options that replay and mirror share, for a run of its own id.
 *
 * @param targets all that the flags are for, where there are several
 * @throws BytecopyError `USAGE`, `TLS_FILE_INVALID` (exit code 2)
 */
export function sendingOptionsOf(
  flags: SendingFlags,
  target: string,
  config: Config,
  targets: readonly string[] = [target],
) {
  checkConnectionFlags(flags, targets);
  return {
    target,
    runId: randomBytes(8).toString('hex'),
    ...guardOptionsOf(flags, config),
    ...headerOptionsOf(flags),
    ...connectionOptionsOf(flags, target, config),
  };
}

/** The same for one run to all of these targets. */
export function sendingOptionsToAll(flags: SendingFlags, targets: readonly string[], config: Config) {
  const [first = ''] = targets;
  // What is said about TLS is said for those that speak it.
  const secure = targets.find((target) => /^(https|tls):/i.test(target));
  return { ...sendingOptionsOf(flags, secure ?? first, config, targets), target: first };
}
