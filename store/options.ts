/** Options of a store: schema, defaults, units. */
import { z } from 'zod';
import { BytecopyError } from '../core/index.ts';
import { MAX_BLOCK_EXCHANGES } from './block/block.ts';
import { dataChoice, EMBEDDED_LAYER, indexChoice } from './layers/layer-choice.ts';

const MINUTES_PER_DAY = 24 * 60;

export const storeOptions = z.strictObject({
  /** Folder of the store; where both layers are on clusters, of what a writer there keeps by itself. */
  path: z.string().min(1),
  /** Where blocks are kept, and where what is searched; embedded where absent. */
  data: dataChoice.default(EMBEDDED_LAYER),
  index: indexChoice.default(EMBEDDED_LAYER),
  /** Empty for the live store, `pin-NAME` for a pinned recording: a store of its own beside it. */
  area: z
    .string()
    .regex(/^(?:pin-[a-z0-9][a-z0-9-]{0,39})?$/, 'empty, or pin- and the name of a pinned recording')
    .default(''),
  /** Encrypts blocks with a key a segment; needs a key ring. */
  encrypt: z.boolean().default(false),
  /** `write` makes a store where there is none; `read` refuses that. */
  access: z.enum(['read', 'write']).default('write'),
  /** Refuses to be a client of another owner. */
  mustOwn: z.boolean().default(false),
  /** Length of a time segment, for a store that is made; one that exists keeps its own. */
  segmentMinutes: z.number().int().min(1).max(MINUTES_PER_DAY).default(60),
  /** Exchanges a block at most. */
  blockExchanges: z.number().int().min(1).max(MAX_BLOCK_EXCHANGES).default(MAX_BLOCK_EXCHANGES),
  /** Age at which what was appended is written: at most this much is lost when the process is killed. */
  flushIntervalMs: z.number().int().min(1).max(60_000).default(250),
  /** Time between checkpoints, which sync: at most this much is lost when the machine fails. */
  checkpointIntervalMs: z.number().int().min(10).max(600_000).default(5_000),
});

export type StoreOptions = z.input<typeof storeOptions>;
export type CheckedStoreOptions = z.output<typeof storeOptions>;

/** @throws BytecopyError `STORE_OPTIONS_INVALID` (exit code 2) */
export function checkStoreOptions(options: StoreOptions): CheckedStoreOptions {
  const checked = storeOptions.safeParse(options);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const message = `store option ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new BytecopyError('STORE_OPTIONS_INVALID', message, { cause: checked.error, exitCode: 2 });
}
