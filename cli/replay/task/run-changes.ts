/** What is safe in a changed task → what a run is told. */
import type { CheckedTargetSetOptions, Replayer } from '../../../emitter/index.ts';
import { stopRulesOf } from '../../options/stop-rules.ts';
import type { SafeChange } from './diff-tasks.ts';

export type ReplayChanges = Parameters<Replayer['change']>[0];

/** @param targets all of them, as they are from now on */
export function runChangesOf(changes: readonly SafeChange[], targets: CheckedTargetSetOptions): ReplayChanges {
  let told: ReplayChanges = {};
  for (const change of changes) {
    switch (change.kind) {
      case 'target-added':
      case 'target-removed':
      case 'target-weight':
      case 'pool-weight':
        told = { ...told, targets };
        break;
      case 'rules':
        told = { ...told, rules: change.rules };
        break;
      case 'units':
        told = { ...told, units: change.units };
        break;
      case 'stop-rules':
        told = { ...told, stopRules: stopRulesOf(change.texts) };
        break;
      default:
        change satisfies never;
    }
  }
  return told;
}
