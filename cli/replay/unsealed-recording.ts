/** A recording whose requests go out verbatim: secrets are put back in memory as pages are read. */
import { type Exchange, type ExchangeStore, type SecretKey, toKeyRing } from '../../core/index.ts';
import { type Opener, unsealed } from '../keys/index.ts';

export type ReplayedStore = Pick<ExchangeStore, 'find'>;

/** What opens the secrets of a recording; it travels to workers. */
export interface RecordingKeys {
  /** Newest first; empty where the user has none. */
  readonly keys: readonly SecretKey[];
  /** Where they were looked for. */
  readonly path: string;
}

const OTHERWISE = '--without-secrets sends placeholders in their place';

/**
 * @param keys undefined leaves placeholders in place of secrets
 * @throws BytecopyError from the pages: `SECRETS_SEALED` (exit code 2), `SECRETS_DAMAGED`
 */
export function unsealedRecording(store: ReplayedStore, keys: RecordingKeys | undefined): ReplayedStore {
  if (keys === undefined) return store;
  const ring = keys.keys.length === 0 ? undefined : toKeyRing(keys.keys);
  const opener: Opener = { ring, path: keys.path, otherwise: OTHERWISE };
  return { find: (selection, onScanned) => pages(store.find(selection, onScanned), opener) };
}

async function* pages(stored: ReturnType<ReplayedStore['find']>, opener: Opener): AsyncGenerator<readonly Exchange[]> {
  for await (const page of stored) yield page.map((exchange) => unsealed(exchange, opener));
}
