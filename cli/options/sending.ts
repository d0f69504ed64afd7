/** Flags that replay and mirror share: the target, what is changed on the way, and the words that writes need. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { BytecopyError } from '../../core/index.ts';
import { parseWait } from './duration.ts';
import { parseCount, parsePositive } from './number.ts';

export interface SendingFlags {
  readonly allowWrites?: boolean;
  readonly readOnly?: boolean;
  readonly allowTarget?: boolean;
  readonly host?: string;
  readonly setHeader?: (readonly [string, string])[];
  readonly removeHeader?: string[];
  readonly times?: number;
  readonly connections?: number;
  readonly timeout?: number;
}

export function addSendingOptions(command: Command): Command {
  return command
    .option('--allow-writes', 'send requests that may change something too')
    .option('--read-only', 'leave requests that may change something out, and count them')
    .option('--allow-target', 'send even to an address that the traffic was recorded from')
    .option('--host <name>', 'Host header: recorded, target, or this name (default: recorded)')
    .option('--set-header <field>', "set a header: 'Name: value'; may be repeated", collectHeader)
    .option('--remove-header <name>', 'remove a header; may be repeated', (name, before: string[] = []) => [
      ...before,
      name,
    ])
    .option('--times <n>', 'send each request n times; 3.5 sends every second one a fourth time', parsePositive)
    .option('--connections <n>', 'most connections to the target (default: 128)', parseCount)
    .option('--timeout <time>', 'longest wait for an answer (default: 10s)', parseWait);
}

/** The options that replay and mirror share, for a run of its own id. */
export function sendingOptionsOf(flags: SendingFlags, target: string) {
  if (flags.allowWrites && flags.readOnly) {
    throw new BytecopyError('USAGE', '--allow-writes and --read-only contradict each other', {
      hint: 'leave one of them out',
      exitCode: 2,
    });
  }
  return {
    target,
    runId: randomBytes(8).toString('hex'),
    writes: flags.allowWrites ? ('allow' as const) : flags.readOnly ? ('skip' as const) : ('undecided' as const),
    allowTarget: flags.allowTarget === true,
    setHeaders: (flags.setHeader ?? []).map(([name, value]): [string, string] => [name, value]),
    removeHeaders: flags.removeHeader ?? [],
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.times === undefined ? {} : { times: flags.times }),
    ...(flags.connections === undefined ? {} : { maxConnections: flags.connections }),
    ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout }),
  };
}

function collectHeader(text: string, before: (readonly [string, string])[] = []): (readonly [string, string])[] {
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new BytecopyError('USAGE', `"${text}" is not a header`, {
      hint: "write a name, a colon and a value: --set-header 'X-Env: dev'",
      exitCode: 2,
    });
  }
  return [...before, [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]];
}
