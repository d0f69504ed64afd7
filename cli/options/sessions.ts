/** `--sessions`: which flows of protocols that are not parsed are kept. */
import { type Command, Option } from 'commander';
import { SESSION_CHOICES, type SessionChoice } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';

export interface SessionFlags {
  readonly sessions?: SessionChoice;
}

export function addSessionOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--sessions <which>',
      'flows of other protocols to keep whole: plain (not encrypted), all or none',
    ).choices(SESSION_CHOICES),
  );
}

/** The config as the flag has it. */
export function withSessions(config: Config, { sessions }: SessionFlags): Config {
  return sessions === undefined ? config : { ...config, sessions };
}
