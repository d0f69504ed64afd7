/** Targets of a task, as the emitter takes them and as a user reads them. */
import type { CheckedTargetSetOptions } from '../../../emitter/index.ts';
import { usageError } from '../../options/usage-error.ts';
import { formatNumberOf } from '../../render/amount.ts';
import type { ReplayTask } from './task.ts';

/** The pool that `to` makes. */
export const POOL_OF_TO = 'targets';

const NAMED = 3;

/** All pools; those of `to` are one. */
export function targetSetOf({ flags, pools, balance }: ReplayTask): CheckedTargetSetOptions {
  const targets = (flags.to ?? []).map(({ to, weight }) => ({ to, weight }));
  return {
    pools: pools ?? [{ name: POOL_OF_TO, weight: 1, standby: false, targets }],
    balance: balance ?? { by: 'weight' },
  };
}

/** In the order of the pools. */
export function targetsOf({ pools }: CheckedTargetSetOptions): readonly string[] {
  return pools.flatMap(({ targets }) => targets.map(({ to }) => to));
}

/** `http://a:80`; `http://a:80, http://b:80`; `12 targets in 2 pools (blue, green)`. */
export function targetsText(set: CheckedTargetSetOptions): string {
  const targets = targetsOf(set);
  if (set.pools.length === 1 && targets.length <= NAMED) return targets.join(', ');
  if (set.pools.length === 1) return formatNumberOf(targets.length, 'target');
  const names = set.pools.map(({ name }) => name).join(', ');
  return `${formatNumberOf(targets.length, 'target')} in ${formatNumberOf(set.pools.length, 'pool')} (${names})`;
}

/** @throws BytecopyError `USAGE` (exit code 2) where there is none */
export function requireTargets(set: CheckedTargetSetOptions): CheckedTargetSetOptions {
  if (targetsOf(set).length > 0) return set;
  const found = set.pools.some(({ name }) => name !== POOL_OF_TO);
  throw usageError(
    found ? 'no target was found' : 'a target is missing',
    found ? 'the pools say where targets are found' : '--to http://host:port names it; --task FILE may, too',
  );
}
