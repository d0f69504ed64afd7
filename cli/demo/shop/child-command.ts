/** How to start the shop's entry: compiled by Node itself, from the sources through tsx. */
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export function shopEntry(): ChildCommand {
  const ending = extname(fileURLToPath(import.meta.url));
  const entry = fileURLToPath(new URL(`./entry${ending}`, import.meta.url));
  if (ending === '.js') return { command: process.execPath, args: [entry] };
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { command: process.execPath, args: ['--import', tsx, entry] };
}
