/** The document of a replay: what flags say, and what only a document can. Checked as a whole; unknown keys are refused. */
import { z } from 'zod';
import {
  correlationSchema,
  discoverySchema,
  healthSchema,
  requestKeySchema,
  rulesSchema,
  targetSetSchema,
  unitsSchema,
} from '../../../emitter/index.ts';
import { parseTargetText } from '../../options/targets.ts';
import { flagFields } from './flag-fields.ts';
import type { TaskFault } from './task-fault.ts';
import { withUnits } from './units-in-names.ts';

const pool = targetSetSchema.shape.pools.element;
const target = pool.shape.targets.def.innerType.element;

/** `http://10.0.0.7:80 weight=3` is a target too. */
const targetOrText = z.preprocess((given, context) => {
  if (typeof given !== 'string') return given;
  try {
    return parseTargetText(given);
  } catch (cause) {
    context.addIssue({ code: 'custom', message: (cause as Error).message });
    return z.NEVER;
  }
}, target);

const fields = z.strictObject({
  ...flagFields,
  pools: z
    .array(
      pool.extend({
        targets: z.array(targetOrText).max(10_000).default([]),
        /** Found, and watched. */ from: discoverySchema.optional(),
      }),
    )
    .min(1)
    .max(1_000)
    .optional(),
  balance: targetSetSchema.shape.balance.unwrap().optional(),
  health: healthSchema.optional(),
  units: unitsSchema.optional(),
  rules: rulesSchema.optional(),
  correlate: correlationSchema.optional(),
});

type Fields = z.output<typeof fields>;
type Refuse = (path: readonly PropertyKey[], message: string) => void;

export const taskSchema = fields.superRefine((task, context) => {
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
  checkPools(task, refuse);
  checkUnits(task, refuse);
  const { balance } = task;
  if (balance !== undefined && balance.by !== 'weight') {
    const key = requestKeySchema.safeParse(balance.key);
    for (const { message } of key.error?.issues ?? []) refuse(['balance', 'key'], message);
  }
});

export type TaskDocument = Fields;
export type TaskPool = NonNullable<Fields['pools']>[number];

/** The document with its durations as the schema has them. @param faults is given what is no duration */
export function inSchemaUnits(document: unknown, faults: TaskFault[]): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const { health, pools } = document as Readonly<Record<string, unknown>>;
  const found = (one: unknown, at: number) => {
    if (typeof one !== 'object' || one === null || !('from' in one)) return one;
    return { ...one, from: withUnits(discoverySchema, one.from, ['pools', at, 'from'], faults) };
  };
  return {
    ...document,
    ...(health === undefined ? {} : { health: withUnits(healthSchema, health, ['health'], faults) }),
    ...(Array.isArray(pools) ? { pools: pools.map(found) } : {}),
  };
}

function checkPools({ to, pools, balance }: Fields, refuse: Refuse): void {
  if (pools === undefined) return;
  if (to !== undefined) refuse(['to'], 'targets are named by pools already: leave one of them out');
  for (const [at, { name, targets, from: found }] of pools.entries()) {
    if (targets.length === 0 && found === undefined)
      refuse(['pools', at], `the pool ${name} has neither targets nor from`);
  }
  const plain = pools.map(({ from: _found, ...one }) => one);
  const whole = targetSetSchema.safeParse({ pools: plain, ...(balance === undefined ? {} : { balance }) });
  // The rest was said already.
  for (const { code, path, message } of whole.error?.issues ?? []) if (code === 'custom') refuse(path, message);
}

/** Every unit has a pool, and every pool of a unit users. */
function checkUnits({ units, pools = [] }: Fields, refuse: Refuse): void {
  const served = new Set(pools.flatMap(({ unit }) => unit ?? []));
  const listed = [...served].join(', ') || 'none';
  const serve = (path: readonly PropertyKey[], unit: string) => {
    if (!served.has(unit)) refuse(path, `no pool is of the unit ${unit}; pools are of ${listed}`);
  };
  if (units === undefined) {
    for (const [at, { unit }] of pools.entries()) {
      if (unit !== undefined) refuse(['pools', at, 'unit'], `no user belongs to ${unit}: the document has no units`);
    }
    return;
  }
  for (const [at, { unit }] of units.ranges.entries()) serve(['units', 'ranges', at, 'unit'], unit);
  for (const [user, unit] of Object.entries(units.overrides)) serve(['units', 'overrides', user], unit);
  if (units.central !== undefined) serve(['units', 'central', 'unit'], units.central.unit);
}
