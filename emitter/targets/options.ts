/** Options of target pools: schema, defaults. Checked once at the edge; unknown keys are refused. */
import { z } from 'zod';
import { BytecopyError } from '../../core/index.ts';
import { parseTarget } from '../target.ts';
import { targetName } from './target-entry.ts';

/** Room for a quarter more than the mean: few keys leave their target, and no target is far ahead of the others. */
const DEFAULT_BOUND = 1.25;

/** Relative to its neighbours; 0 takes nothing. */
const weight = z
  .number()
  .max(1_000_000)
  .refine((value) => value === 0 || value >= 0.001, 'a weight is 0, or from 0.001 to 1,000,000')
  .default(1);

const target = z.strictObject({
  /** `http://host:port`, `https://…`, or `tcp://…` and `tls://…` for what is not HTTP. */
  to: z.string().superRefine((text, context) => {
    try {
      parseTarget(text);
    } catch (error) {
      if (!(error instanceof BytecopyError)) throw error;
      context.addIssue({ code: 'custom', message: [error.message, error.hint].filter(Boolean).join(': ') });
    }
  }),
  weight,
});

const pool = z.strictObject({
  name: z.string().regex(/^[^/\s]+$/, 'a name of a pool has no blanks and no slashes'),
  weight,
  /** Takes nothing while a pool that is not standby takes something. Standby pools take over in their order. */
  standby: z.boolean().default(false),
  /** Of whose users it alone takes the sends; of all where absent. */
  unit: z.string().min(1).optional(),
  targets: z.array(target).max(10_000).default([]),
});

/** A request's key as text, such as `header:X-User` or `cookie:sid`. */
const key = z.string().min(1);

const balance = z.discriminatedUnion('by', [
  /** Taking turns, by weight. */
  z.strictObject({ by: z.literal('weight') }),
  /** Equal keys go to one target as long as it lives. */
  z.strictObject({ by: z.literal('sticky'), key }),
  /** Equal keys go to one target as long as it has at most `bound` times its share of the sends under way. */
  z.strictObject({ by: z.literal('hash'), key, bound: z.number().min(1).max(1_000).default(DEFAULT_BOUND) }),
]);

export const targetSetSchema = z
  .strictObject({
    pools: z.array(pool).min(1).max(1_000),
    balance: balance.default({ by: 'weight' }),
  })
  .superRefine(({ pools }, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    const names = new Set<string>();
    for (const [at, { name, targets }] of pools.entries()) {
      if (names.has(name)) refuse(['pools', at, 'name'], `two pools are named ${name}`);
      names.add(name);
      const places = new Set<string>();
      for (const [index, { to }] of targets.entries()) {
        const place = placeOf(to);
        if (place === undefined) continue;
        if (places.has(place)) refuse(['pools', at, 'targets', index, 'to'], `${place} is in pool ${name} twice`);
        places.add(place);
      }
    }
  });

export type TargetSetOptions = z.input<typeof targetSetSchema>;
export type CheckedTargetSetOptions = z.output<typeof targetSetSchema>;
export type PoolOptions = CheckedTargetSetOptions['pools'][number];
export type PoolTargetOptions = z.input<typeof target>;
export type BalanceOptions = CheckedTargetSetOptions['balance'];

/** @returns nothing where the target itself is refused already */
function placeOf(to: string): string | undefined {
  try {
    return targetName(parseTarget(to));
  } catch {
    return undefined;
  }
}
