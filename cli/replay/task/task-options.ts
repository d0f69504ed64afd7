/** What only a document can say → options of the emitter. */
import type { CheckedTargetSetOptions, ReplayOptions } from '../../../emitter/index.ts';
import type { ReplayTask } from './task.ts';
import { targetsOf } from './task-targets.ts';

type TaskOptions = Pick<ReplayOptions, 'targets' | 'health' | 'units' | 'rules' | 'correlate' | 'clientAddress'>;

/**
 * @param targets all that are known; one alone is no pool, unless its weight is 0
 * @param isFollowed it may get neighbours while the run goes on
 */
export function taskOptionsOf(task: ReplayTask, targets: CheckedTargetSetOptions, isFollowed: boolean): TaskOptions {
  const { pools, balance, units } = task;
  const plain = pools === undefined && balance === undefined && targetsOf(targets).length === 1;
  const pooled = isFollowed || !plain || takesNothing(targets);
  return {
    ...(pooled ? { targets } : {}),
    ...(units === undefined ? {} : { units }),
    ...copyOptionsOf(task),
  };
}

function takesNothing({ pools }: CheckedTargetSetOptions): boolean {
  return pools.every(({ targets }) => targets.every(({ weight }) => weight === 0));
}

/** What is said of copies too, which are of no pool and of no unit. */
export function copyOptionsOf({ flags, health, rules, correlate }: ReplayTask): Omit<TaskOptions, 'targets' | 'units'> {
  const { clientAddress } = flags;
  return {
    ...(health === undefined ? {} : { health }),
    ...(rules === undefined ? {} : { rules }),
    ...(correlate === undefined ? {} : { correlate }),
    ...(clientAddress === undefined ? {} : { clientAddress }),
  };
}
