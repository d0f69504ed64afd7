/** Opens the store that a command names, and says what was found there. */
import { readdir } from 'node:fs/promises';
import type { ExchangeStore } from '../../core/index.ts';
import { openStore } from '../../store/index.ts';
import type { Context } from '../context.ts';

/** For reading: as its owner, or through the socket of the process that owns it. It has to exist. */
export async function openForReading(path: string, context: Context): Promise<ExchangeStore> {
  const { store, recovered } = await openStore({ path, access: 'read' });
  if (recovered !== undefined) context.stderr.write(`${recovered.text}\n`);
  return store;
}

/** For writing: as its owner; made where it does not exist. */
export async function openForWriting(path: string, context: Context): Promise<ExchangeStore> {
  const { store, recovered } = await openStore({ path, mustOwn: true });
  if (recovered !== undefined) context.stderr.write(`${recovered.text}\n`);
  return store;
}

/** The same where something is there already: a store, or what is none and is refused. Undefined where there is nothing yet. */
export async function openExistingForWriting(path: string, context: Context): Promise<ExchangeStore | undefined> {
  const found = await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [path]));
  return found.length === 0 ? undefined : openForWriting(path, context);
}
