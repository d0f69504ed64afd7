/** What is changed in each request on its way: `--host`, `--set-header`, `--remove-header`. */
import type { Command } from 'commander';
import { collect } from './list.ts';
import { usageError } from './usage-error.ts';

export interface HeaderFlags {
  readonly host?: string;
  readonly setHeader?: (readonly [string, string])[];
  readonly removeHeader?: string[];
}

export function addHeaderOptions(command: Command): Command {
  return command
    .optionsGroup('Headers of HTTP requests:')
    .option('--host <name>', 'Host header: recorded, target, or this name (default: recorded)')
    .option('--set-header <field>', "set a header: 'Name: value'; may be repeated", collectHeader)
    .option('--remove-header <name>', 'remove a header; may be repeated', collect);
}

export function headerOptionsOf(flags: HeaderFlags) {
  return {
    setHeaders: (flags.setHeader ?? []).map(([name, value]): [string, string] => [name, value]),
    removeHeaders: flags.removeHeader ?? [],
    ...(flags.host === undefined ? {} : { host: flags.host }),
  };
}

function collectHeader(text: string, before: (readonly [string, string])[] = []): (readonly [string, string])[] {
  return [...before, parseHeader(text)];
}

/** @throws BytecopyError `USAGE` (exit code 2) */
export function parseHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw usageError(`"${text}" is not a header`, "write a name, a colon and a value: --set-header 'X-Env: dev'");
  }
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
