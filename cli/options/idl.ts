/** `--idl` → the Thrift IDL files that name the fields of messages. */
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';

export interface IdlFlags {
  readonly idl?: string[];
}

/** @param where said in front of what it does */
export function addIdlOption(command: Command, where = ''): Command {
  return command.option(
    '--idl <file>',
    `${where}Thrift IDL that names fields; repeatable, includes are followed`,
    (file: string, before: readonly string[] = []) => [...before, file],
  );
}

/** Those of the flags, otherwise those of the config file. */
export function idlFiles(flags: IdlFlags, config: Config): readonly string[] {
  return flags.idl ?? config.idl ?? [];
}
