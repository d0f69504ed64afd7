/** Target pools: which target takes a send. */
export type { DrainReport } from './drain-log.ts';
export {
  type BalanceOptions,
  type CheckedTargetSetOptions,
  type PoolOptions,
  type PoolTargetOptions,
  type TargetSetOptions,
  targetSetSchema,
} from './options.ts';
export { type PoolTarget, poolTarget, type TargetEntry } from './target-entry.ts';
export type { TargetReport, TargetSetReport } from './target-report.ts';
export { TargetSet } from './target-set.ts';
