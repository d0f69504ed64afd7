/** How a target is spoken to: connections, waits, TLS. */
import type { Command } from 'commander';
import type { Millis } from '../../core/index.ts';
import type { Config } from '../config/config.ts';
import { parseTargetWait } from './duration.ts';
import { MAX_CONNECTIONS, parseWhole } from './number.ts';
import { addTlsOptions, checkTlsFlags, type TlsFlags, tlsOptionsOf } from './tls.ts';
import { usageError } from './usage-error.ts';

/** Requests under way on one connection. */
export const MAX_PIPELINING = 64;

export interface ConnectionFlags extends TlsFlags {
  readonly connections?: number;
  readonly timeout?: Millis;
  readonly maxWait?: Millis;
  readonly pipelining?: number;
  readonly retry?: boolean;
  readonly http2?: boolean;
}

export function addConnectionOptions(command: Command): Command {
  command
    .optionsGroup('Connections:')
    .option('--connections <n>', 'most connections to the target (default: 128)', parseWhole(1, MAX_CONNECTIONS))
    .option('--timeout <time>', 'longest wait for an answer (default: 10s)', parseTargetWait)
    .option('--max-wait <time>', 'longest wait of a due send for a free connection (default: 5s)', parseTargetWait)
    .option('--pipelining <n>', 'requests under way on one connection (default: 1)', parseWhole(1, MAX_PIPELINING))
    .option('--retry', 'send a repeatable request once more where an idle connection closed under it')
    .option('--http2', 'speak HTTP/2: requests are then not verbatim');
  return addTlsOptions(command);
}

/**
 * Flags win over the config file.
 *
 * @throws BytecopyError `TLS_FILE_INVALID` (exit code 2)
 */
export function connectionOptionsOf(flags: ConnectionFlags, target: string, config: Config) {
  const { replay } = config;
  const maxConnections = flags.connections ?? replay?.connections;
  const timeoutMs = flags.timeout ?? replay?.timeout;
  const maxWaitMs = flags.maxWait ?? replay?.maxWait;
  const tls = tlsOptionsOf(flags, target, config);
  return {
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxWaitMs === undefined ? {} : { maxWaitMs }),
    ...(flags.pipelining === undefined ? {} : { pipelining: flags.pipelining }),
    ...(flags.retry === undefined ? {} : { retry: flags.retry }),
    ...(flags.http2 === undefined ? {} : { http2: flags.http2 }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** @throws BytecopyError `USAGE` (exit code 2) for flags that have no meaning for any of the targets, or contradict each other */
export function checkConnectionFlags(flags: ConnectionFlags, targets: readonly string[]): void {
  if (flags.http2 && !targets.some((target) => /^https?:/i.test(target))) {
    throw usageError(`--http2 is for http:// and https://, and the target is ${targets[0]}`, 'leave --http2 out');
  }
  checkTlsFlags(flags, targets);
}
