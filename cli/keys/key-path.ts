/** Where the user's keys are: flag, environment, config, otherwise the user's config folder (XDG Base Directory). */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Config } from '../config/config.ts';

export interface KeyFlags {
  readonly keyFile?: string;
}

export function keyFilePath({ keyFile }: KeyFlags, config: Config, environment: NodeJS.ProcessEnv): string {
  return keyFile ?? environment.BYTECOPY_KEY_FILE ?? config.secrets?.keyFile ?? join(configFolder(environment), 'keys');
}

/** A relative one is to be ignored, says XDG. */
function configFolder({ XDG_CONFIG_HOME = '', HOME }: NodeJS.ProcessEnv): string {
  return join(isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(HOME ?? homedir(), '.config'), 'bytecopy');
}
