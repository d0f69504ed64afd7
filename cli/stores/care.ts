/** Opens the store that a command looks after. */
import { type OpenedStore, openStore, type StoreOptions } from '../../store/index.ts';
import type { Context } from '../context.ts';

/** As its owner, or through the socket of the process that owns it. It has to exist. */
export async function openForCare(options: StoreOptions, context: Context): Promise<OpenedStore> {
  const opened = await openStore({ ...options, access: 'read' });
  if (opened.recovered !== undefined) context.stderr.write(`${opened.recovered.text}\n`);
  return opened;
}
