/** Stored exchanges with their secrets in place again; each key that opens some is on record before they are written. */
import type { Exchange } from '../../core/index.ts';
import { type Opener, unsealed } from '../keys/index.ts';

/**
 * @param record resolves when it is on disk that this key opens secrets
 * @throws BytecopyError `SECRETS_SEALED`, `SECRETS_DAMAGED`, what `record` throws
 */
export async function* withSecrets(
  stored: AsyncIterable<readonly Exchange[]>,
  opener: Opener,
  record: (keyId: string) => Promise<void>,
): AsyncGenerator<readonly Exchange[]> {
  const recorded = new Set<string>();
  for await (const page of stored) {
    const opened = page.map((exchange) => unsealed(exchange, opener));
    for (const { keyId } of page.flatMap(({ sealed }) => sealed)) {
      if (recorded.has(keyId)) continue;
      await record(keyId);
      recorded.add(keyId);
    }
    yield opened;
  }
}
