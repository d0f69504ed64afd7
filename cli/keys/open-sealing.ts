/** How secrets are kept by a command that records: sealed with the user's newest key, unless the config says otherwise. */
import { randomFillSync } from 'node:crypto';
import { type KeyRing, NonceSource } from '../../core/index.ts';
import { SecretCutter, ValueSealer } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { loadIdl } from '../idl/load-idl.ts';
import { idlFiles } from '../options/idl.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { SealingSink } from '../pipeline/sealing-sink.ts';
import type { KeyFlags } from './key-path.ts';
import { openKeys } from './open-keys.ts';

export interface Sealing {
  /** For people: what becomes of secrets. */
  readonly words: string;
  /** Puts the sealing in front of sinks that keep, print or send on. */
  inFrontOf(sinks: readonly ExchangeSink[]): readonly ExchangeSink[];
}

/**
 * The key file is made where there is none.
 *
 * @throws BytecopyError `KEY_FILE_…`, those of IDL files (exit code 2)
 */
export async function openSealing(
  flags: KeyFlags,
  config: Config,
  context: Pick<Context, 'environment' | 'stderr' | 'clock'>,
): Promise<Sealing> {
  if (config.secrets?.seal === false) {
    return { words: 'secrets are kept as captured (secrets.seal is false)', inFrontOf: (sinks) => sinks };
  }
  const { ring } = await openKeys(flags, config, context);
  const cutter = await sealingCutter(ring, config);
  return {
    words: `secrets are sealed with key ${ring.current.id}`,
    inFrontOf: (sinks) => [new SealingSink(sinks, cutter)],
  };
}

/** Seals with the ring's newest key what the config calls a secret. @throws BytecopyError of IDL files (exit code 2) */
export async function sealingCutter(ring: KeyRing, config: Config): Promise<SecretCutter> {
  const nonces = new NonceSource((bytes) => void randomFillSync(bytes));
  return new SecretCutter(
    { ...config.secrets, idl: await loadIdl(idlFiles({}, config)) },
    new ValueSealer(ring.current, nonces),
  );
}

/** Puts placeholders where the config calls something a secret, for what leaves the store. @throws BytecopyError of IDL files (exit code 2) */
export async function hidingCutter(config: Config): Promise<SecretCutter> {
  return new SecretCutter({ ...config.secrets, idl: await loadIdl(idlFiles({}, config)) });
}
