/** `bytecopy.yaml`: what a user writes once instead of repeating flags. Flags win over environment over file. */
import { existsSync, readFileSync } from 'node:fs';
import { BytecopyError } from '../../core/index.ts';
import type { Config } from './config-file.ts';

export type { Config } from './config-file.ts';

const DEFAULT_FILE = 'bytecopy.yaml';

/**
 * Reads the config file; without `--config` the one in the current folder, where there is one.
 *
 * @throws BytecopyError `CONFIG_UNREADABLE`, `CONFIG_INVALID` (exit code 2)
 */
export async function readConfig(path: string | undefined, environment: NodeJS.ProcessEnv): Promise<Config> {
  const file =
    path ?? (environment.BYTECOPY_CONFIG || undefined) ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (file === undefined) return { services: [] };
  const text = readText(file);
  // The YAML and schema packages cost a tenth of a second to load: only those who have a file pay for them.
  const { parseConfig } = await import('./config-file.ts');
  return parseConfig(text, file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BytecopyError('CONFIG_UNREADABLE', `config file ${file}: ${whyUnreadable(cause)}`, {
      hint: '--config or BYTECOPY_CONFIG names it',
      exitCode: 2,
      cause,
    });
  }
}

export function whyUnreadable(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'reading it is not permitted';
  return message;
}
