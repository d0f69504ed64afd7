/** What must not be kept by a command that records: masked by the config's rules, or by those of `--mask-rules`. */
import { randomFillSync } from 'node:crypto';
import { NonceSource } from '../../core/index.ts';
import { loadMasking, type Masker } from '../../parser/index.ts';
import type { Config } from '../config/config.ts';
import type { Context } from '../context.ts';
import { loadIdl } from '../idl/load-idl.ts';
import { type KeyFlags, openKeys } from '../keys/index.ts';
import { idlFiles } from '../options/idl.ts';
import type { MaskingFlags } from '../options/masking.ts';
import type { ExchangeSink } from '../pipeline/exchange-sink.ts';
import { MaskingSink } from '../pipeline/masking-sink.ts';

export interface Masking {
  /** For people: what is masked; empty where nothing is. */
  readonly words: string;
  /** Puts the masking in front of sinks that keep, print or send on. */
  inFrontOf(sinks: readonly ExchangeSink[]): readonly ExchangeSink[];
  /** The same for live mirrors, which get verbatim requests unless the config says otherwise. */
  inFrontOfMirrors(sinks: readonly ExchangeSink[]): readonly ExchangeSink[];
}

const NO_MASKING: Masking = {
  words: '',
  inFrontOf: (sinks) => sinks,
  inFrontOfMirrors: (sinks) => sinks,
};

type Surroundings = Pick<Context, 'environment' | 'stderr' | 'clock'>;

/** @throws BytecopyError `MASK_RULES_…`, `QUERY_INVALID`, `KEY_FILE_…`, those of IDL files (exit code 2) */
export async function openMasking(
  flags: MaskingFlags & KeyFlags,
  config: Config,
  context: Surroundings,
): Promise<Masking> {
  const opened = await openMasker(flags, config, context);
  if (opened === undefined) return NO_MASKING;
  const { masker, ruleCount, mirrors } = opened;
  const inFrontOf = (sinks: readonly ExchangeSink[]) => (sinks.length === 0 ? sinks : [new MaskingSink(sinks, masker)]);
  return {
    words: `; ${ruleCount} masking ${ruleCount === 1 ? 'rule' : 'rules and sets'}`,
    inFrontOf,
    inFrontOfMirrors: mirrors ? (sinks) => sinks.flatMap((sink) => inFrontOf([sink])) : (sinks) => sinks,
  };
}

export interface OpenedMasker {
  readonly masker: Masker;
  /** Of the user's rules and sets. */
  readonly ruleCount: number;
  readonly mirrors: boolean;
  /** In the order in which they are asked, each once. */
  readonly names: readonly string[];
}

/** @returns undefined where nothing is to be masked */
export async function openMasker(
  flags: MaskingFlags & KeyFlags,
  config: Config,
  context: Surroundings,
): Promise<OpenedMasker | undefined> {
  const masking = flags.maskRules === undefined ? config.masking : await readRules(flags.maskRules);
  const ruleCount = (masking?.rules?.length ?? 0) + (masking?.sets?.length ?? 0);
  if (masking === undefined || ruleCount === 0) return undefined;
  const { compileMaskRules, needsKeys } = await import('./compile-rules.ts');
  const ring = needsKeys(masking) ? (await openKeys(flags, config, context)).ring : undefined;
  const rules = await compileMaskRules(masking, ring, context.clock.now());
  const { Masker } = await loadMasking();
  const nonces = new NonceSource((bytes) => void randomFillSync(bytes));
  const masker = new Masker({
    rules,
    names: config.secrets?.names,
    notSecret: config.secrets?.notSecret,
    idl: await loadIdl(idlFiles({}, config)),
    sealer: ring === undefined ? undefined : { ring, nonces },
    raw: flags.raw ?? masking.raw,
  });
  return { masker, ruleCount, mirrors: masking.mirrors === true, names: [...new Set(rules.map(({ name }) => name))] };
}

async function readRules(file: string) {
  const { readMaskRules } = await import('./read-mask-rules.ts');
  return await readMaskRules(file);
}
