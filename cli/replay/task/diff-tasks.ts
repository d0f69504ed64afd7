/**
 * What changed from one version of a task to the next, and what of it a run under way can take.
 *
 *     safe     weights, targets that come and go, ranges and overrides of units, rules, rules to stop on
 *     unsafe   everything else: stays as it was until the next run
 */
import { isDeepStrictEqual } from 'node:util';
import type { Rules, UnitOptions } from '../../../emitter/index.ts';
import type { ReplayTask, TaskFlags } from './task.ts';
import { POOL_OF_TO } from './task-targets.ts';

type Pool = NonNullable<ReplayTask['pools']>[number];
type Target = Pool['targets'][number];

export type SafeChange = { readonly path: string } & (
  | { readonly kind: 'target-added'; readonly pool: string; readonly target: Target }
  | { readonly kind: 'target-removed'; readonly pool: string; readonly to: string }
  | { readonly kind: 'target-weight'; readonly pool: string; readonly to: string; readonly weight: number }
  | { readonly kind: 'pool-weight'; readonly pool: string; readonly weight: number }
  | { readonly kind: 'rules'; readonly rules: Rules }
  /** Of a higher version, the hash and its slots as before: for a change in two phases. */
  | { readonly kind: 'units'; readonly units: UnitOptions }
  | { readonly kind: 'stop-rules'; readonly texts: readonly string[] }
);

export interface UnsafeChange {
  readonly path: string;
  readonly why: string;
}

export interface TaskDifference {
  readonly safe: readonly SafeChange[];
  readonly unsafe: readonly UnsafeChange[];
  /** The task as it is once what is safe was applied: the next difference is from there. */
  readonly inEffect: ReplayTask;
}

const LATER = 'stays as it was until the next run';

const SAFE_UNITS = ['ranges', 'overrides', 'version'] as const;

export function diffTasks(before: ReplayTask, after: ReplayTask): TaskDifference {
  const safe: SafeChange[] = [];
  const unsafe: UnsafeChange[] = [];
  const later = (path: string, why = LATER) => unsafe.push({ path, why });
  const flags = diffFlags(before.flags, after.flags, safe, later);
  const pools = diffPools(before, after, safe, later);
  const units = diffUnits(before.units, after.units, safe, later);
  let { rules } = before;
  // Whether there are rules at all decides how requests are prepared.
  if ((rules === undefined) !== (after.rules === undefined)) later('rules');
  else if (after.rules !== undefined && !isDeepStrictEqual(rules, after.rules)) {
    rules = after.rules;
    safe.push({ kind: 'rules', path: 'rules', rules });
  }
  for (const name of ['discovered', 'balance', 'health', 'correlate'] as const) {
    if (!isDeepStrictEqual(before[name], after[name])) later(name === 'discovered' ? 'pools: from' : name);
  }
  return { safe, unsafe, inEffect: { ...before, ...pools, flags: { ...flags, ...pools.flags }, units, rules } };
}

type Later = (path: string, why?: string) => void;

function diffFlags(before: TaskFlags, after: TaskFlags, safe: SafeChange[], later: Later): TaskFlags {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof TaskFlags>;
  let { stopOn } = before;
  for (const name of names) {
    if (name === 'to' || isDeepStrictEqual(before[name], after[name])) continue;
    if (name === 'stopOn') {
      stopOn = after.stopOn;
      safe.push({ kind: 'stop-rules', path: 'stopOn', texts: stopOn ?? [] });
    } else later(name);
  }
  const { stopOn: _before, ...others } = before;
  return stopOn === undefined ? others : { ...others, stopOn };
}

function diffPools(
  before: ReplayTask,
  after: ReplayTask,
  safe: SafeChange[],
  later: Later,
): Pick<ReplayTask, 'pools'> & { readonly flags: Pick<TaskFlags, 'to'> } {
  const usesTo = before.flags.to !== undefined;
  if (usesTo !== (after.flags.to !== undefined)) {
    later(usesTo ? 'to' : 'pools');
    return { pools: before.pools, flags: toOf(before.flags.to) };
  }
  if (usesTo) {
    const path = 'to';
    diffTargets(POOL_OF_TO, path, [before.flags.to ?? [], after.flags.to ?? []], safe);
    return { pools: before.pools, flags: toOf(after.flags.to) };
  }
  const next = new Map((after.pools ?? []).map((pool) => [pool.name, pool]));
  const kept = (before.pools ?? []).map((pool) => {
    const path = `pools.${pool.name}`;
    const changed = next.get(pool.name);
    next.delete(pool.name);
    if (changed === undefined) {
      later(path, `cannot be taken away from a run: give it the weight 0; it ${LATER}`);
      return pool;
    }
    for (const name of ['standby', 'unit'] as const) if (pool[name] !== changed[name]) later(`${path}.${name}`);
    const { weight, targets } = changed;
    if (pool.weight !== weight) safe.push({ kind: 'pool-weight', path: `${path}.weight`, pool: pool.name, weight });
    diffTargets(pool.name, path, [pool.targets, targets], safe);
    return { ...pool, weight, targets };
  });
  for (const name of next.keys()) later(`pools.${name}`, 'a pool cannot be added to a run');
  return { pools: before.pools === undefined ? undefined : kept, flags: {} };
}

function toOf(to: TaskFlags['to']): Pick<TaskFlags, 'to'> {
  return to === undefined ? {} : { to };
}

/** Additions first, so that nothing is without a target in between. */
function diffTargets(
  pool: string,
  path: string,
  [before, after]: readonly [readonly Target[], readonly Target[]],
  safe: SafeChange[],
): void {
  const old = new Map(before.map((target) => [target.to, target.weight]));
  const left = new Set(old.keys());
  for (const target of after) {
    const { to, weight } = target;
    const at = `${path}: ${to}`;
    if (!old.has(to)) safe.push({ kind: 'target-added', path: at, pool, target });
    else if (old.get(to) !== weight) safe.push({ kind: 'target-weight', path: at, pool, to, weight });
    left.delete(to);
  }
  for (const to of left) safe.push({ kind: 'target-removed', path: `${path}: ${to}`, pool, to });
}

/** @returns the units in effect */
function diffUnits(
  before: UnitOptions | undefined,
  after: UnitOptions | undefined,
  safe: SafeChange[],
  later: Later,
): UnitOptions | undefined {
  if (isDeepStrictEqual(before, after)) return before;
  if (before === undefined || after === undefined) {
    later('units');
    return before;
  }
  let fixed = true;
  for (const name of Object.keys(after) as (keyof UnitOptions)[]) {
    if (SAFE_UNITS.some((one) => one === name) || isDeepStrictEqual(before[name], after[name])) continue;
    later(`units.${name}`);
    // Ranges of other slots, or of another hash, are others even where they read the same.
    if (name === 'hash' || name === 'slots' || name === 'user') fixed = false;
  }
  const { ranges, overrides, version } = after;
  const moves = SAFE_UNITS.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (!moves) return before;
  if (!fixed) {
    later('units.ranges');
    return before;
  }
  if (version <= before.version) {
    later(
      'units.version',
      `ranges or overrides changed, and the version is ${version}: it has to be above ${before.version}`,
    );
    return before;
  }
  const units = { ...before, ranges, overrides, version };
  safe.push({ kind: 'units', path: 'units.ranges', units });
  return units;
}
